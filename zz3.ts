import { asked } from "./tools/plots/question.ts";
import { settingsFor } from "./src/plan/fit/index.ts";
const qn=await asked("llama-3.3-70b","Q4_K_M",{gpu:["2xrtx-3090"],ram:"128GB"},{context:22528,users:3});
for (const k of ["memory","about","least"] as const) { const keep=[]; 
 for(let i=0;i<5;i++) qn.request[k]!(settingsFor({context:20000+i,users:3,microBatch:512,cacheType:"f16",gpuLayers:50}));
 globalThis.gc!(); const h0=process.memoryUsage().heapUsed; const t=performance.now();
 for (let i=0;i<40;i++) keep.push(qn.request[k]!(settingsFor({context:22528+i,users:3,microBatch:512,cacheType:"f16",gpuLayers:50})));
 const t1=performance.now(); globalThis.gc!(); console.log(k,((process.memoryUsage().heapUsed-h0)/40/1e3).toFixed(0),"kB each",((t1-t)/40).toFixed(2),"ms");
 const t2=performance.now(); for (let i=0;i<24;i++) qn.request[k]!(settingsFor({context:22528+i,users:3,microBatch:512,cacheType:"f16",gpuLayers:10+i})); console.log("  new placements",((performance.now()-t2)/24).toFixed(2),"ms");
 globalThis.gc!();console.log("   held",(process.memoryUsage().heapUsed/1e6).toFixed(0));
}
