namespace Sconce.Fuzz.Running;

/// <summary>A reader of files, and how to make files for it that are nearly right.</summary>
internal interface ITarget
{
    string Name { get; }

    /// <summary>Of its files.</summary>
    string Extension { get; }

    /// <summary>The part of a run's time that it gets.</summary>
    double Share { get; }

    /// <summary>How many cases there are; null where they do not end.</summary>
    int? Count => null;

    /// <summary>Makes a file: always the same one for the same recipe.</summary>
    byte[] Make(Recipe recipe);

    /// <summary>Reads the file, and does with it what a user would.</summary>
    /// <exception cref="Compiler.Diagnostics.SconceException">The file is refused: that is right.</exception>
    void Try(byte[] file);

    /// <summary>Where a case that failed is to be found.</summary>
    string FileOf(int seed, int number) => Path.Combine(Folders.Failures, $"{Name}-{seed}-{number}{Extension}");
}
