/** A file that a visitor gave, with its path within what was dropped. */
export interface GivenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The files of a chooser; those of a folder with its name before theirs, as when it is dropped. */
export async function chosenFiles(files: FileList | null): Promise<GivenFile[]> {
  return Promise.all(Array.from(files ?? [], async (file) => ({
    path: file.webkitRelativePath || file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
}

/** What was dropped, folders with all that is in them. */
export async function droppedFiles(transfer: DataTransfer): Promise<GivenFile[]> {
  // Asked for at once: later they are gone.
  const items = Array.from(transfer.items, (item) => item.webkitGetAsEntry() ?? item.getAsFile()).filter((item) => item !== null);
  return (await Promise.all(items.map(async (item) => (item instanceof File ? [{ path: item.name, bytes: new Uint8Array(await item.arrayBuffer()) }] : filesOf(item, ""))))).flat();
}

async function filesOf(entry: FileSystemEntry, prefix: string): Promise<GivenFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: prefix + entry.name, bytes: new Uint8Array(await file.arrayBuffer()) }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: GivenFile[] = [];
  for (;;) {
    // It gives some at a time, and none at the end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return found;
    for (const child of part) found.push(...await filesOf(child, `${prefix}${entry.name}/`));
  }
}
