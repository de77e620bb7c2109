// What readers use of papaparse; its published types want Node's.
declare module "papaparse" {
  interface StepResult {
    readonly data: string[];
    readonly errors: readonly { readonly code: string; readonly message: string; readonly index?: number }[];
    /** cursor: index into the text after the row. */
    readonly meta: { readonly cursor: number };
  }
  interface Config {
    readonly delimiter: string;
    readonly newline: string;
    readonly step: (result: StepResult) => void;
  }
  const papaparse: { parse(text: string, config: Config): void };
  export default papaparse;
}
