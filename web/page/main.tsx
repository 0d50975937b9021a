import { render } from "preact";
import { App } from "./app.tsx";
import { findServer } from "./state/server.ts";
import { followAddress } from "./state/store.ts";
import "./styles/index.css";

followAddress();
void findServer();
render(<App />, document.getElementById("page")!);
