export type { CalibrationPoint } from "./calibration.ts";
export { residualBytes, type NewReceipt, type Receipt, type ReceiptRate } from "./receipt.ts";
export { openReceipts, type ReceiptStore } from "./store.ts";
export type { StoredCalibration } from "./stored-calibration.ts";
export type { PromptsOf } from "./timed-prompts.ts";
