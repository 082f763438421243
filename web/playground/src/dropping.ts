/** A file that a visitor gave, with its path within what was dropped. */
export interface GivenFile {
  readonly path: string;
  readonly file: Blob;
}

/** The files of a chooser; those of a folder with its name before theirs, as when it is dropped. */
export function chosenFiles(files: FileList | null): GivenFile[] {
  return Array.from(files ?? [], (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** What was dropped, folders with all that is in them. */
export async function droppedFiles(transfer: DataTransfer): Promise<GivenFile[]> {
  // Asked for at once: later they are gone.
  const items = Array.from(transfer.items, (item) => item.webkitGetAsEntry() ?? item.getAsFile()).filter((item) => item !== null);
  return (await Promise.all(items.map((item) => (item instanceof File ? [{ path: item.name, file: item }] : filesOf(item, ""))))).flat();
}

async function filesOf(entry: FileSystemEntry, prefix: string): Promise<GivenFile[]> {
  if (entry.isFile) return [{ path: prefix + entry.name, file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)) }];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: GivenFile[] = [];
  for (;;) {
    // It gives some at a time, and none at the end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return found;
    for (const child of part) found.push(...await filesOf(child, `${prefix}${entry.name}/`));
  }
}
