import { render } from "preact";
import { Live } from "../index.tsx";

render(<Live />, document.getElementById("page")!);
