import { gatherFit } from "./src/plan/ask/kinds/fit.ts";
import { catalogAsking } from "./src/plan/ask/question/index.ts";
import { choose } from "./src/plan/fit/index.ts";
import { fitNumbers } from "./src/plan/answer/index.ts";
import { seededRandom } from "./src/facts/units/index.ts";
const asking=catalogAsking({opened:new Map(),machine:()=>undefined});
const Q:any[]=[["qwen3-8b",{vram:["24GB"]}],["qwen3-8b:Q4_K_M",{vram:["8GB"],ram:"32GB"}],["qwen3-30b-a3b:Q4_K_M",{gpu:["rtx-4090"],ram:"64GB"}],["qwen3.6-35b-a3b",{gpu:["rtx-3090"],ram:"64GB"}],["llama-3.3-70b:Q4_K_M",{gpu:["2xrtx-3090"],ram:"128GB"}],["gemma-3-27b:Q4_K_M",{vram:["16GB"]}],["gpt-oss-120b",{vram:["24GB"],ram:"96GB"}],["qwen3.6-27b",{vram:["24GB"]}],["deepseek-v3",{vram:["24GB"],ram:"512GB"}],["qwen3-4b",{ram:"32GB"}]];
const random=seededRandom(1);
for (let round=0;round<2;round++) for (const [m,rig] of Q) { const n={memory:0,about:0,least:0} as any, ms={memory:0,about:0,least:0} as any; let g=0,ch=0,rest=0,js=0; const N=20;
 for (let i=0;i<N;i++) { const t0=performance.now();
  const q=await gatherFit(asking,{...rig,context:2048+512*Math.floor(random()*124),users:1+Math.floor(random()*8),kvType:(["f16","q8_0","q4_0"] as const)[Math.floor(random()*3)]},m,"fit"); const t1=performance.now(); g+=t1-t0;
  const wrap=(k:string,f:any)=>{const seen=new Set<string>(); return f&&((s:any)=>{const key=JSON.stringify(s); const t=performance.now(); const r=f(s); if(!seen.has(key)){n[k]++;seen.add(key);ms[k]+=performance.now()-t;} return r;})};
  const request={...q.request,memory:wrap("memory",q.request.memory),about:wrap("about",q.request.about),least:wrap("least",q.request.least)};
  const t2=performance.now(); choose(request); const t3=performance.now(); ch+=t3-t2; const a=fitNumbers(request,{...q.context,server:{...q.context.server!,request}}); const t4=performance.now(); rest+=t4-t3; JSON.stringify(a); js+=performance.now()-t4; }
 if (round) console.log(m.padEnd(22),"gather",(g/N).toFixed(1),"choose",(ch/N).toFixed(1),"second+rest",(rest/N).toFixed(1),"json",(js/N).toFixed(1),Object.keys(n).map(k=>`${k} ${(n[k]/N).toFixed(1)}x ${(ms[k]/n[k]).toFixed(2)}ms`).join("  ")); }
