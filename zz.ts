import { asked } from "./tools/plots/question.ts";
import { answerFit } from "./src/plan/answer/index.ts";
import { seededRandom } from "./src/facts/units/index.ts";
const random = seededRandom(Number(process.argv[2] ?? 7)); const pick = <T,>(l: readonly T[]) => l[Math.floor(random()*l.length)]!;
const M=["qwen3-8b","llama-3.3-70b","qwen3-30b-a3b","gemma-3-27b","gpt-oss-120b","gpt-oss-20b","Qwen/Qwen3.6-35B-A3B","Qwen/Qwen3.6-27B","deepseek-v3","mistral-small-3.2","qwen3-32b","llama-4-scout","glm-4.7-flash","qwen3-next-80b-a3b","granite-4.0-h-small","nemotron-3-nano"];
const R=[{vram:["24GB"]},{vram:["8GB"],ram:"32GB"},{vram:["12GB"],ram:"64GB"},{gpu:["2xrtx-3090"],ram:"128GB"},{gpu:["rtx-4090"],ram:"64GB"},{gpu:["m4-max:64GB"]},{ram:"64GB"},{vram:["16GB"],ram:"16GB"},{gpu:["rtx-3090","rtx-4070"],ram:"64GB"},{vram:["24GB"],ram:"512GB"}];
for (let i=0;i<Number(process.argv[3]??150);i++) {
  const m=pick(M), q=pick(["Q4_K_M","Q6_K","Q8_0","IQ4_XS"]), r=pick(R), f={ ...(random()<0.8?{context:2048+512*Math.floor(random()*124)}:{}), ...(random()<0.7?{users:1+Math.floor(random()*8)}:{}), kvType:pick(["f16","q8_0","q4_0"]), goal:pick(["interactive","mixed","batch"]), ...(random()<0.1?{gpuLayers:Math.floor(random()*40)}:{}) };
  let line; try { const qn=await asked(m,q,r as never,f as never); const {answer}=answerFit(qn.request,qn.context); line=JSON.stringify(answer); } catch(e) { line=String(e).slice(0,100); }
  console.log(JSON.stringify([m,q,r,f]), line);
}
