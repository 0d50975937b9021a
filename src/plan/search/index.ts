export { largestAtPace } from "./at-pace.ts";
export { chooseFileType, type ChosenFileType, wantedSettings } from "./choose-file-type.ts";
export { aboveFloor, FLOOR, USUAL_FILE_TYPES, usualBits, usualFileTypes } from "./file-types.ts";
export { mostUsers } from "./limits.ts";
export { outlined, type Outlined, type SearchModel, type SearchSetup } from "./outlined.ts";
export { CONTEXTS, endsFirst, searchModel, type SearchAxes, type SearchCell, type SearchRow } from "./search.ts";
export { type Cell, cellsUnder } from "./table.ts";
