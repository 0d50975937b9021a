export { residualBytes, type NewReceipt, type Receipt, type ReceiptRate, type ReceiptTerm } from "./receipt.ts";
export { openReceipts, type ReceiptExport, type ReceiptFilter, type ReceiptStore } from "./store.ts";
