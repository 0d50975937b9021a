export { modelsOf, type EndpointModel } from "./about.ts";
export { chat, type ClientChat, type ClientEvent, type ClientOutcome } from "./chat.ts";
export { endpointOf, looksLikeAddress, type ClientEndpoint } from "./endpoint.ts";
export { isFields, type Fields } from "../home/index.ts";
export { pieceOf, type CallPiece, type Piece, type Usage } from "./piece.ts";
export { ChatSessions, type ChatSession, type ChatTurn } from "./sessions.ts";
