// Archives as tar writes them.

/** An archive of a folder and these files. */
export function tarOf(entries: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const block = (name: string, content: Uint8Array, type: string): Uint8Array => {
    const bytes = new Uint8Array(512 + Math.ceil(content.length / 512) * 512);
    const put = (text: string, at: number): void => bytes.set(new TextEncoder().encode(text), at);
    put(name, 0);
    put(`${content.length.toString(8).padStart(11, "0")} `, 124);
    put("        ", 148);
    put(type, 156);
    put("ustar", 257);
    put(
      `${bytes
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    );
    bytes.set(content, 512);
    return bytes;
  };
  const blocks = Object.entries(entries).map(([name, content]) => block(name, content, "0"));
  return new Uint8Array(Buffer.concat([block("folder/", new Uint8Array(), "5"), ...blocks, new Uint8Array(1024)]));
}
