// Part of Loadout. MIT licence.
// Stand-in devices: a ggml back end that owns no memory and computes nothing, but answers the planner as ggml-cuda does.
#pragma once

#include "ggml-backend-impl.h"
#include "ggml-cpu.h"
#include "ggml-impl.h"

#include "attention.hpp"
#include "fusion.hpp"
#include "operations.hpp"

#include <cstdlib>
#include <string>

static const int    MAX_DEV   = 4;
static const int64_t ROW_PAD  = 512;            // MATRIX_ROW_PADDING
static char * const FAKE_BASE = (char *) (uintptr_t) 0x100000000000ull;

struct StandIn {
    int         id;
    std::string name;
    ggml_backend_device      dev;
    ggml_backend_buffer_type buft;
};

static StandIn                  g_dev[MAX_DEV];
static ggml_backend_reg         g_reg;
static ggml_backend_buffer_type g_host;         // "pinned" host buffers
static size_t g_dev_bytes = (size_t) 80 << 30;  // memory each device reports
static size_t g_output_bytes = 0;               // last pinned buffer really asked for (the output buffer)

// --- buffers: sizes are remembered, nothing is stored -----------------------------------------------------------

static void * buf_base(ggml_backend_buffer_t) { return FAKE_BASE; }
static void buf_memset(ggml_backend_buffer_t, ggml_tensor *, uint8_t, size_t, size_t) {}
static void buf_set(ggml_backend_buffer_t, ggml_tensor *, const void *, size_t, size_t) {}
static void buf_get(ggml_backend_buffer_t, const ggml_tensor *, void *, size_t, size_t) {}
static void buf_clear(ggml_backend_buffer_t, uint8_t) {}

static ggml_backend_buffer_t fake_buffer(ggml_backend_buffer_type_t buft, size_t size) {
    ggml_backend_buffer_i i = {};
    i.get_base = buf_base; i.memset_tensor = buf_memset; i.set_tensor = buf_set; i.get_tensor = buf_get; i.clear = buf_clear;
    return ggml_backend_buffer_init(buft, i, nullptr, size);
}

static const char * buft_name(ggml_backend_buffer_type_t b) { return ((StandIn *) b->context)->name.c_str(); }
static size_t       buft_align(ggml_backend_buffer_type_t)  { return ALIGN; }
static const char * host_name(ggml_backend_buffer_type_t)   { return "STANDIN_Host"; }
static bool         host_is_host(ggml_backend_buffer_type_t) { return true; }
static size_t       host_align(ggml_backend_buffer_type_t)  { return ggml_backend_buft_get_alignment(ggml_backend_cpu_buffer_type()); }
static ggml_backend_buffer_t host_alloc(ggml_backend_buffer_type_t b, size_t size) {
    g_output_bytes = size;
    return fake_buffer(b, size);
}
static bool is_standin(ggml_backend_buffer_type_t b) { return b->iface.get_name == buft_name; }

static size_t buft_alloc_size(ggml_backend_buffer_type_t, const ggml_tensor * t) {
    size_t n = t->op == GGML_OP_FLASH_ATTN_EXT ? fa_bytes(t) : ggml_nbytes(t);
    if (ggml_is_quantized(t->type) && t->ne[0] % ROW_PAD) n += ggml_row_size(t->type, ROW_PAD - t->ne[0] % ROW_PAD);
    return n;
}
static ggml_backend_buffer_t buft_alloc(ggml_backend_buffer_type_t b, size_t size) { return fake_buffer(b, size); }

static bool dev_supports_op(ggml_backend_dev_t dev, const ggml_tensor * n) {
    for (int i = 0; i < GGML_MAX_SRC; ++i) {                       // a tensor on another device is out of reach
        const ggml_tensor * s = n->src[i];
        if (s && s->buffer && is_standin(s->buffer->buft) && s->buffer->buft->device != dev) return false;
    }
    return op_ok(n);
}
static bool dev_offload_op(ggml_backend_dev_t, const ggml_tensor * n) { return op_offloads(n); }

// --- back end and device tables ---------------------------------------------------------------------------------

static const char * be_name(ggml_backend_t b) { return ((StandIn *) b->context)->name.c_str(); }
static void be_free(ggml_backend_t b) { delete b; }
static void be_sync(ggml_backend_t) {}
static ggml_status be_compute(ggml_backend_t, ggml_cgraph *) { return GGML_STATUS_FAILED; }
static void be_event(ggml_backend_t, ggml_backend_event_t) {}

static const char * dev_name(ggml_backend_dev_t d) { return ((StandIn *) d->context)->name.c_str(); }
static const char * dev_desc(ggml_backend_dev_t)   { return "stand-in with the rules of the CUDA back end"; }
static void dev_memory(ggml_backend_dev_t, size_t * free, size_t * total) { *free = *total = g_dev_bytes; }
static enum ggml_backend_dev_type dev_type(ggml_backend_dev_t) { return GGML_BACKEND_DEVICE_TYPE_GPU; }
static void dev_props(ggml_backend_dev_t d, ggml_backend_dev_props * p) {
    p->name = dev_name(d); p->description = dev_desc(d); p->type = dev_type(d); p->device_id = nullptr;
    dev_memory(d, &p->memory_free, &p->memory_total);
    p->caps = {};
    p->caps.async = p->caps.host_buffer = p->caps.events = p->caps.mmap_support = true;
}
static ggml_backend_t dev_init(ggml_backend_dev_t d, const char *) {
    static ggml_guid guid = { 'L','o','a','d','o','u','t',' ','s','t','a','n','d','-','i','n' };
    ggml_backend_i i = {};
    i.get_name = be_name; i.free = be_free; i.synchronize = be_sync; i.graph_compute = be_compute;
    i.event_record = be_event; i.event_wait = be_event; i.graph_optimize = be_graph_optimize;
    return new ggml_backend { &guid, i, d, d->context };
}
static ggml_backend_buffer_type_t dev_buft(ggml_backend_dev_t d) { return &((StandIn *) d->context)->buft; }
static ggml_backend_buffer_type_t dev_host_buft(ggml_backend_dev_t) { return &g_host; }
static bool dev_supports_buft(ggml_backend_dev_t d, ggml_backend_buffer_type_t b) { return is_standin(b) && b->device == d; }
static ggml_backend_event_t dev_event_new(ggml_backend_dev_t d) { return new ggml_backend_event { d, nullptr }; }
static void dev_event_free(ggml_backend_dev_t, ggml_backend_event_t e) { delete e; }
static void dev_event_sync(ggml_backend_dev_t, ggml_backend_event_t) {}

static const char * reg_name(ggml_backend_reg_t) { return "STANDIN"; }
static size_t reg_count(ggml_backend_reg_t) { return MAX_DEV; }
static ggml_backend_dev_t reg_dev(ggml_backend_reg_t, size_t i) { return &g_dev[i].dev; }
static void * reg_proc(ggml_backend_reg_t, const char *) { return nullptr; }

static void make_devices() {
    g_reg.api_version = GGML_BACKEND_API_VERSION;
    g_reg.iface = { reg_name, reg_count, reg_dev, reg_proc };
    ggml_backend_device_i d = {};
    d.get_name = dev_name; d.get_description = dev_desc; d.get_memory = dev_memory; d.get_type = dev_type; d.get_props = dev_props;
    d.init_backend = dev_init; d.get_buffer_type = dev_buft; d.get_host_buffer_type = dev_host_buft;
    d.supports_op = dev_supports_op; d.supports_buft = dev_supports_buft; d.offload_op = dev_offload_op;
    d.event_new = dev_event_new; d.event_free = dev_event_free; d.event_synchronize = dev_event_sync;
    ggml_backend_buffer_type_i b = {};
    b.get_name = buft_name; b.alloc_buffer = buft_alloc; b.get_alignment = buft_align; b.get_alloc_size = buft_alloc_size;
    for (int i = 0; i < MAX_DEV; ++i) {
        StandIn & s = g_dev[i];
        s.id = i; s.name = "STANDIN" + std::to_string(i);
        s.dev = { d, &g_reg, &s };
        s.buft = { b, &s.dev, &s };
    }
    ggml_backend_buffer_type_i h = {};
    h.get_name = host_name; h.alloc_buffer = host_alloc; h.get_alignment = host_align; h.is_host = host_is_host;
    g_host = { h, &g_dev[0].dev, nullptr };
    if (const char * e = getenv("GGML_OP_OFFLOAD_MIN_BATCH")) g_offload_min = atoi(e);
    // The devices are handed to the model by pointer, so they need no place in ggml's global list
    // (there they would also appear in CPU-only questions).
}
