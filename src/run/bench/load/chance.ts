export { chanceOf } from "../../../predict/serving/workload/index.ts";
