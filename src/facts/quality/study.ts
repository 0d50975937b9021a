/** What one quantization of a model lost, as one study measured it. Absent: not measured. */
export interface QualityRow {
  /** a file type of GGUF, or the id of a server scheme */
  readonly scheme: string;
  /** whose mix or method, where it is not the scheme's own: "UD", "mradermacher i1" */
  readonly variant?: string;
  /** an importance matrix was used */
  readonly importance?: boolean;
  readonly gibibytes?: number;
  readonly bitsPerWeight?: number;
  /** on the study's text */
  readonly perplexity?: number;
  /** mean Kullback-Leibler divergence of the next token's chances from the study's base, nats */
  readonly divergence?: number;
  /** share of tokens whose likeliest continuation stays the same */
  readonly sameTop?: number;
  /** score of the study's task, in its own unit; more is better */
  readonly score?: number;
}

/** One measurement of several quantizations of one model: only rows of the same study are compared. */
export interface QualityStudy {
  readonly id: string;
  /** ids in the catalog of models that the figures are of */
  readonly models: readonly string[];
  /** of the catalog: for neighbours, which are labelled as such */
  readonly family: string;
  /** what the study calls the model */
  readonly measured: string;
  /** text, tokens, tool */
  readonly on: string;
  /** what `score` is, where there is one */
  readonly task?: string;
  /** the unquantized model's figures */
  readonly base: Pick<QualityRow, "perplexity" | "score"> & { readonly type: string };
  readonly rows: readonly QualityRow[];
  readonly note?: string;
  readonly source: string;
  /** published; or read, where the page has no date of its own */
  readonly date: string;
  readonly dated: "published" | "read";
}
