import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DataError, readCsv, split, standardScaler, Table } from "../index.ts";

const PEOPLE = `name,age,"home, sweet ""home""",score
Ann,31,"12 Oak Street
Springfield",1.5e2
Bob,?,,-.5
"Zoë",29,NA,+7.
`;

describe("CSV", () => {
  test("has quotes, line breaks in cells, a header, numbers and missing cells", async () => {
    const table = await readCsv(PEOPLE);
    expect(table.names).toEqual(["name", "age", 'home, sweet "home"', "score"]);
    expect(table.length).toBe(3);
    expect(table.names.map((name) => table.typeOf(name))).toEqual(["text", "number", "text", "number"]);
    expect([...table.numbers("age")]).toEqual([31, Number.NaN, 29]);
    expect([...table.numbers("score")]).toEqual([150, -0.5, 7]);
    expect(table.texts('home, sweet "home"')).toEqual(["12 Oak Street\nSpringfield", null, null]);
    expect(table.texts("name")).toEqual(["Ann", "Bob", "Zoë"]);
  });
  test.each([
    ["\r\n", ","],
    ["\n", ";"],
    ["\r", "\t"],
  ])("with lines that end in %j and cells parted by %j, plain or packed", async (end, delimiter) => {
    const text = ["a,b", "1,x", "2,y", ""].join(end).replaceAll(",", delimiter);
    for (const source of [text, new TextEncoder().encode(`\uFEFF${text}`), new Uint8Array(gzipSync(text))]) {
      const table = await readCsv(source, { delimiter });
      expect([[...table.numbers("a")], table.texts("b")]).toEqual([
        [1, 2],
        ["x", "y"],
      ]);
    }
  });
  test("without a header has columns called 0, 1, …, or as told", async () => {
    expect((await readCsv("1,2\n3,4", { header: false })).names).toEqual(["0", "1"]);
    const table = await readCsv("1,2\n\n3,4\n", { header: ["x", "y"] });
    expect([table.length, ...table.numbers("y")]).toEqual([2, 2, 4]);
    expect((await readCsv("", { header: false })).length).toBe(0);
  });
  test("with cells parted by white space, and texts in quotes", async () => {
    const table = await readCsv('  18.0   8 130.0\t"chevrolet chevelle malibu"\n15.0 8 ?\t"buick"\n', {
      delimiter: "whitespace",
      header: ["mpg", "cylinders", "power", "name"],
    });
    expect(table.texts("name")).toEqual(["chevrolet chevelle malibu", "buick"]);
    expect([...table.numbers("power")]).toEqual([130, Number.NaN]);
  });
  test.each<[string, string | Uint8Array, object, string]>([
    ["a cell too few", "a,b\n1,2\n3\n", {}, "t.csv: row 2 at byte 8: 1 cells; expected 2, one for each column."],
    ["a cell too many", "a,b\n1,2,3\n", {}, "t.csv: row 1 at byte 4: 3 cells; expected 2"],
    ["an open quote", 'a,b\n1,"2\n3,4\n', {}, "t.csv: row 2 at byte 7: Quoted field unterminated."],
    ["a broken quote", 'a,b\n1,"2"x\n', {}, "t.csv: row 2 at byte 7: "],
    [
      "an open quote among spaces",
      'é 1\n"b 2\n',
      { delimiter: "whitespace", header: false },
      "t.csv: row 2 at byte 5: a quoted cell does not end",
    ],
    [
      "no number",
      "é,b\n1,2\n3,x\n",
      { numbers: ["b"] },
      't.csv: row 2, column "b" at byte 9: "x"; expected a number, or one of "", "?", "NA", "NaN"',
    ],
    [
      "no number, in latin1",
      Uint8Array.of(0xe9, 0x0a, 0x78),
      { numbers: ["é"], encoding: "latin1" },
      't.csv: row 1, column "é" at byte 2: "x"',
    ],
    ["no text", Uint8Array.of(0x61, 0xff), {}, "t.csv: UTF-8 text at byte 1: ff"],
    ["no header", "", {}, "t.csv: header at byte 0: the file is empty."],
    [
      "a name twice",
      "a,b,a\n",
      {},
      't.csv: header at byte 0: names the column "a" twice; give names with { header: [...] }.',
    ],
  ])("says what is wrong with %s", async (_, source, options, message) => {
    await expect(readCsv(source, { file: "t.csv", ...options })).rejects.toThrow(message);
    await expect(readCsv(source, { file: "t.csv", ...options })).rejects.toBeInstanceOf(DataError);
  });
  test("cut off or changed anywhere is a table or a DataError, in any case soon", async () => {
    const bytes = new TextEncoder().encode(PEOPLE);
    const read = async (changed: Uint8Array): Promise<void> => {
      try {
        expect(await readCsv(changed, { numbers: ["age"] })).toBeInstanceOf(Table);
      } catch (error) {
        if (!(error instanceof DataError) && !(error instanceof RangeError && /no column "age"/.test(error.message)))
          throw error;
      }
    };
    for (let i = 0; i < bytes.length; i++) {
      await read(bytes.slice(0, i));
      for (const mask of [1, 2, 8, 32, 128]) await read(bytes.map((byte, at) => (at === i ? byte ^ mask : byte)));
    }
  });
});

describe("a table", () => {
  const table = () => readCsv("width,height,kind\n1,10,rose\n2,?,tulip\n3,30,rose\n4,40,aster\n", { file: "f.csv" });
  test("becomes a dataset of classes, named and in order", async () => {
    const flowers = (await table()).complete().dataset({ target: "kind" });
    expect(flowers.classes).toEqual(["aster", "rose"]);
    expect([...flowers.column("target").data]).toEqual([1, 1, 0]);
    expect([...flowers.column("features").data]).toEqual([1, 10, 3, 30, 4, 40]);
    expect([flowers.input, flowers.target, flowers.length]).toEqual(["features", "target", 3]);
    const { train } = split(flowers, { train: 1 });
    expect(standardScaler(train).shift[0]).toBeCloseTo(8 / 3, 14);
  });
  test("becomes a dataset of numbers", async () => {
    const heights = (await table()).complete().dataset({ target: "height", features: ["width"], task: "number" });
    expect([...heights.column("target").data]).toEqual([10, 30, 40]);
    expect(heights.tensors().features.shape).toEqual([3, 1]);
  });
  test("sorts classes that are numbers as numbers", async () => {
    const { classes } = (await readCsv("y\n10\n9\n2\n")).labels("y");
    expect(classes).toEqual(["2", "9", "10"]);
  });
  test("names what is missing, unknown, or no column", async () => {
    const flowers = await table();
    expect(() => flowers.dataset({ target: "kind" })).toThrow(
      'f.csv: row 2, column "height" at byte 28: is missing; leave out such rows with complete().',
    );
    expect(() => flowers.labels("kind", ["rose", "tulip"])).toThrow(
      'f.csv: row 4, column "kind" at byte 48: "aster"; expected one of rose, tulip.',
    );
    expect(() => flowers.complete().labels("kind", ["rose"])).toThrow(
      'f.csv: row 4, column "kind" at byte 48: "aster"',
    );
    expect(() => flowers.labels("height")).toThrow('row 2, column "height"');
    expect(() => flowers.numbers("depth")).toThrow('Table: no column "depth"; there are width, height, kind.');
  });
});
