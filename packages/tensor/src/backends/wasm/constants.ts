// Words that generated loops load before they start, each once.
import type { Memory, WasmBuffer } from "./memory.ts";
import type { Constants } from "./registers.ts";

/** Words of a block. */
const BLOCK = 1024;

export class ConstantPool implements Constants {
  private readonly memory: Memory;
  private readonly known = new Map<number, number>();
  private block: WasmBuffer | null = null;
  private used = BLOCK;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  addressOf(bits: number): number {
    const known = this.known.get(bits);
    if (known !== undefined) return known;
    if (this.used === BLOCK) {
      this.block = this.memory.allocate("int32", BLOCK);
      this.used = 0;
    }
    const block = this.block as WasmBuffer;
    block.elements(this.memory)[this.used] = bits;
    const address = block.pointer + this.used++ * 4;
    this.known.set(bits, address);
    return address;
  }
}
