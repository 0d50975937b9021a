/** One tensor of a weights file. Types are named by the rows of the type tables ("Q4_K", "F16", "F8_E4M3", ...). */
export interface Tensor {
  readonly name: string;
  /** row of the tensor-type table, e.g. "Q4_K" */
  readonly type: string;
  /** elements per dimension, fastest first (ggml order: `[n_in, n_out]` for a matrix); in GGUF files at most 4 */
  readonly shape: readonly number[];
  /** stored bytes, without alignment padding */
  readonly bytes: number;
  /** byte offset inside its file, from the start of that file */
  readonly offset: number;
  /** which file of a split set it lies in, from 0 */
  readonly file: number;
}
