// Asks the library of gguf-parser-go what a file and settings take: JSON Lines in, JSON Lines out, bytes of the one device.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	parser "github.com/gpustack/gguf-parser-go"
)

type question struct {
	Path           string `json:"path"`
	Context        int32  `json:"context"`
	Batch          int32  `json:"batch"`
	MicroBatch     int32  `json:"microBatch"`
	Sequences      int32  `json:"sequences"`
	FlashAttention bool   `json:"flashAttention"`
	FullWindow     bool   `json:"fullWindow"`
	CacheTypeK     string `json:"cacheTypeK"`
	CacheTypeV     string `json:"cacheTypeV"`
}

type answer struct {
	Weights uint64 `json:"weights"`
	Cache   uint64 `json:"cache"`
	Compute uint64 `json:"compute"`
}

var cacheTypes = map[string]parser.GGMLType{
	"f32": parser.GGMLTypeF32, "f16": parser.GGMLTypeF16, "bf16": parser.GGMLTypeBF16,
	"q8_0": parser.GGMLTypeQ8_0, "q4_0": parser.GGMLTypeQ4_0, "q4_1": parser.GGMLTypeQ4_1,
	"q5_0": parser.GGMLTypeQ5_0, "q5_1": parser.GGMLTypeQ5_1, "iq4_nl": parser.GGMLTypeIQ4_NL,
}

func ask(q question) (result answer, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	file, err := parser.ParseGGUFFile(q.Path)
	if err != nil {
		return result, err
	}
	options := []parser.GGUFRunEstimateOption{
		parser.WithLLaMACppContextSize(q.Context),
		parser.WithLLaMACppLogicalBatchSize(q.Batch),
		parser.WithLLaMACppPhysicalBatchSize(q.MicroBatch),
		parser.WithParallelSize(q.Sequences),
		parser.WithLLaMACppCacheKeyType(cacheTypes[q.CacheTypeK]),
		parser.WithLLaMACppCacheValueType(cacheTypes[q.CacheTypeV]),
	}
	if q.FlashAttention {
		options = append(options, parser.WithFlashAttention())
	}
	if q.FullWindow {
		options = append(options, parser.WithLLaMACppFullSizeSWACache())
	}
	device := file.EstimateLLaMACppRun(options...).Devices[1]
	weights, cache, compute := device.Weight, device.KVCache, device.Computation
	result.Weights = uint64(weights.Input + weights.Compute + weights.ComputeOverridden + weights.Output)
	result.Cache = uint64(cache.Key + cache.Value)
	result.Compute = uint64(compute.Footprint + compute.Input + compute.Compute + compute.Output)
	return result, nil
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			panic(err)
		}
		result, err := ask(q)
		if err != nil {
			_ = out.Encode(map[string]string{"refused": err.Error()})
			continue
		}
		_ = out.Encode(result)
	}
}
