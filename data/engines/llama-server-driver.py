"""llama-server's command line for the copy of it inside the Python package xllamacpp.

Takes the arguments of llama-server that Loadout plans with, refuses all others, and runs the same server until it is told to end.
"""

import os
import signal
import sys
import time

BUILD = 11549

CACHE_TYPES = {name: f"GGML_TYPE_{name.upper()}" for name in "f32 f16 bf16 q8_0 q5_1 q5_0 q4_1 q4_0 iq4_nl".split()}
LOAD_MODES = {"auto": "AUTO", "none": "NONE", "mmap": "MMAP", "mlock": "MLOCK", "mmap+mlock": "MMAP_MLOCK", "dio": "DIRECT_IO"}
FFN_EXPERTS = r"\.ffn_(up|down|gate|gate_up)_(ch|)exps"


def main() -> int:
    arguments = sys.argv[1:]
    try:
        import xllamacpp as x
    except ImportError as error:
        print(f"error: xllamacpp cannot be loaded: {error}", file=sys.stderr)
        return 3
    if arguments == ["--version"]:
        print(f"version: {x.__version__} (build {BUILD}, commit unknown)")
        return 0
    params = x.CommonParams()
    try:
        settings(x, params, arguments)
    except (KeyError, ValueError, AttributeError) as error:
        print(f"error: invalid argument: {error}", file=sys.stderr)
        return 1
    try:
        server = x.Server(params)
    except Exception as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    print(f"ready {server.listening_address}", flush=True)
    # the server's threads take no notice of Python's end: they go with the process
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    while True:
        time.sleep(3600)


def settings(x, params, arguments) -> None:
    """Sets what each argument says; the key of the table is the spelling that Loadout uses."""
    draft = params.speculative.draft
    overrides = []
    adapters = []

    def threads(value):
        params.cpuparams.n_threads = int(value)
        params.cpuparams_batch.n_threads = int(value)
        draft.cpuparams.n_threads = int(value)
        draft.cpuparams_batch.n_threads = int(value)

    def layers(value):
        return -1 if value == "auto" else -2 if value == "all" else int(value)

    def experts(count):
        for layer in range(int(count)):
            overrides.append(rf"blk\.{layer}{FFN_EXPERTS}=CPU")

    def dense(count):
        for layer in range(int(count)):
            overrides.append(rf"blk\.{layer}\.ffn_(up|down|gate)\.=CPU")

    def split(value):
        shares = [float(share) for share in value.split(",")]
        params.tensor_split = shares + [0.0] * (len(params.tensor_split) - len(shares))

    def devices(value):
        if value != "none":
            raise ValueError("-dev takes only none here")
        params.n_gpu_layers = 0

    def set_to(target, name, value):
        setattr(target, name, value)

    flags = {
        "-kvu": lambda: set_to(params, "kv_unified", True),
        "-no-kvu": lambda: set_to(params, "kv_unified", False),
        "--swa-full": lambda: set_to(params, "swa_full", True),
        "-cmoe": lambda: overrides.append(f"{FFN_EXPERTS}=CPU"),
        "-nkvo": lambda: set_to(params, "no_kv_offload", True),
        "--no-op-offload": lambda: set_to(params, "no_op_offload", True),
        "-nr": lambda: set_to(params, "no_extra_bufts", True),
        "--no-host": lambda: set_to(params, "no_host", True),
        "--metrics": lambda: set_to(params, "endpoint_metrics", True),
        "--slots": lambda: set_to(params, "endpoint_slots", True),
        "--embeddings": lambda: set_to(params, "embedding", True),
        "--rerank": lambda: (set_to(params, "embedding", True), set_to(params, "pooling_type", x.llama_pooling_type.LLAMA_POOLING_TYPE_RANK)),
        "--no-warmup": lambda: set_to(params, "warmup", False),
        "--no-ui": lambda: set_to(params, "ui", False),
    }
    values = {
        "-m": lambda v: set_to(params.model, "path", v),
        "-a": lambda v: set_to(params, "model_alias", {v}),
        "-c": lambda v: set_to(params, "n_ctx", int(v)),
        "-np": lambda v: set_to(params, "n_parallel", int(v)),
        "-b": lambda v: set_to(params, "n_batch", int(v)),
        "-ub": lambda v: set_to(params, "n_ubatch", int(v)),
        "-fa": lambda v: set_to(params, "flash_attn_type", getattr(x.llama_flash_attn_type, "LLAMA_FLASH_ATTN_TYPE_" + {"on": "ENABLED", "off": "DISABLED", "auto": "AUTO"}[v])),
        "-ctk": lambda v: set_to(params, "cache_type_k", getattr(x.ggml_type, CACHE_TYPES[v])),
        "-ctv": lambda v: set_to(params, "cache_type_v", getattr(x.ggml_type, CACHE_TYPES[v])),
        "-dev": devices,
        "-ngl": lambda v: set_to(params, "n_gpu_layers", layers(v)),
        "-sm": lambda v: set_to(params, "split_mode", getattr(x.llama_split_mode, f"LLAMA_SPLIT_MODE_{v.upper()}")),
        "-mg": lambda v: set_to(params, "main_gpu", int(v)),
        "-ts": split,
        "-ot": overrides.append,
        "-ncmoe": experts,
        "-ncffn": dense,
        "-lm": lambda v: set_to(params, "load_mode", getattr(x.llama_load_mode, f"LLAMA_LOAD_MODE_{LOAD_MODES[v]}")),
        "-ctxcp": lambda v: set_to(params, "n_ctx_checkpoints", int(v)),
        "-cram": lambda v: set_to(params, "cache_ram_mib", int(v)),
        "-t": threads,
        "-fit": lambda v: set_to(params, "fit_params", v == "on"),
        "--host": lambda v: set_to(params, "hostnames", [v]),
        "--port": lambda v: set_to(params, "port", int(v)),
        "-lv": lambda v: set_to(params, "verbosity", int(v)),
        "--pooling": lambda v: set_to(params, "pooling_type", getattr(x.llama_pooling_type, f"LLAMA_POOLING_TYPE_{v.upper()}")),
        "--cors-origins": lambda v: set_to(params, "cors_origins", v),
        "--lora": lambda v: adapters.append(v.removeprefix('"').removesuffix('"').replace('""', '"')),
        "-md": lambda v: set_to(draft.mparams, "path", v),
        "--spec-type": lambda v: set_to(params.speculative, "types", [getattr(x.common_speculative_type, "COMMON_SPECULATIVE_TYPE_" + v.upper().replace("-", "_"))]),
        "--spec-draft-n-max": lambda v: set_to(draft, "n_max", int(v)),
        "-ngld": lambda v: set_to(draft, "n_gpu_layers", layers(v)),
        "--spec-ngram-simple-size-m": lambda v: set_to(params.speculative.ngram_simple, "size_m", int(v)),
        "--mmproj": lambda v: set_to(params.mmproj, "path", v),
        "--chat-template": lambda v: set_to(params, "chat_template", v),
        "--cache-reuse": lambda v: set_to(params, "n_cache_reuse", int(v)),
    }
    at = 0
    while at < len(arguments):
        name = arguments[at]
        if name in flags:
            flags[name]()
            at += 1
        elif name in values and at + 1 < len(arguments):
            values[name](arguments[at + 1])
            at += 2
        else:
            raise ValueError(f"{name}: no such setting here")
    if overrides:
        params.tensor_buft_overrides = ",".join(overrides)
    if adapters:
        params.lora_adapters = [x.CommonAdapterLoraInfo(path, 1.0) for path in adapters]
    key = os.environ.pop("LLAMA_API_KEY", "")
    if key:
        params.api_keys = [key]


if __name__ == "__main__":
    sys.exit(main())
