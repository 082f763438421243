using System.Runtime.InteropServices;
using System.Text;

namespace Sconce.Cli.Files;

/// <summary>Which file a path leads to, through links of either kind, and whether it is one: what lies below /dev, and pipes, are none.</summary>
internal readonly record struct FileIdentity(long Device, long Number, bool IsRegular, bool IsFolder)
{
    private const int TypeMask = 0xF000, Regular = 0x8000, Folder = 0x4000;

    /// <summary>Null where nothing is there. Windows has no such numbers, nor devices among its files: there the path itself must do.</summary>
    public static FileIdentity? Of(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return !Path.Exists(path) ? null : new(0, StringComparer.OrdinalIgnoreCase.GetHashCode(Path.GetFullPath(path)), !Directory.Exists(path), Directory.Exists(path));
        }

        return Stat([.. Encoding.UTF8.GetBytes(path), 0], out var status) != 0 ? null
            : new(status.Device, status.Number, (status.Mode & TypeMask) == Regular, (status.Mode & TypeMask) == Folder);
    }

    /// <summary>That a name is another's does not make it another file.</summary>
    public bool IsSameFile(FileIdentity other) => (Device, Number) == (other.Device, other.Number);

    // What the runtime's own library makes of stat(2): one layout on all systems.
    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int Stat(byte[] path, out Status status);

    [StructLayout(LayoutKind.Sequential)]
    private struct Status
    {
        public int Flags;
        public int Mode;
        public uint User;
        public uint Group;
        public long Size;
        public long Accessed;
        public long AccessedNanoseconds;
        public long Modified;
        public long ModifiedNanoseconds;
        public long Changed;
        public long ChangedNanoseconds;
        public long Born;
        public long BornNanoseconds;
        public long Device;
        public long Kind;
        public long Number;
        public uint UserFlags;
    }
}
