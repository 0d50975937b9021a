// Part of Loadout. MIT licence.
// Flash attention as ggml-cuda of b11434 chooses it on an NVIDIA card of compute capability 8.9 or later: which kernel, and the
// scratch behind its output. Rules restated (no code taken) from fattn.cu: ggml_cuda_get_best_fattn_kernel,
// ggml_cuda_get_fattn_vec_case, ggml_cuda_flash_attn_ext_get_alloc_size.
#pragma once

#include "ggml-impl.h"

#include <cstring>

static const size_t ALIGN = 128;               // tensor alignment of the CUDA buffer type
static bool g_all_quants = false;              // a build with a vector kernel for every pair of types

enum Fa { FA_NONE, FA_VEC, FA_MMA };

static bool fa_type_ok(ggml_type t) {
    switch (t) {
        case GGML_TYPE_F32: case GGML_TYPE_F16: case GGML_TYPE_BF16: case GGML_TYPE_Q4_0: case GGML_TYPE_Q4_1:
        case GGML_TYPE_Q5_0: case GGML_TYPE_Q5_1: case GGML_TYPE_Q8_0: return true;
        default: return false;
    }
}

static Fa fa_kernel(const ggml_tensor * n) {
    const ggml_tensor * q = n->src[0], * k = n->src[1], * v = n->src[2], * mask = n->src[3];
    float alibi; memcpy(&alibi, (const float *) n->op_params + 1, sizeof alibi);
    const int64_t gqa = q->ne[2] / k->ne[2];
    const bool padded = k->ne[1] % 256 == 0;
    bool gqa_opt = gqa >= 2 && mask && alibi == 0.0f && padded;
    for (const ggml_tensor * t : { q, k, v, mask }) {
        if (!t || ggml_is_quantized(t->type)) continue;
        for (int d = 1; d < GGML_MAX_DIMS; ++d) gqa_opt = gqa_opt && t->nb[d] % 16 == 0;
    }
    const int64_t hk = k->ne[0], hv = v->ne[0];
    switch (hk) {
        case 40: case 64: case 72: case 80: case 96: case 112: case 128: case 256:
            if (hv != hk) return FA_NONE;
            break;
        case 192: if (hv != 128 || !gqa_opt || gqa %  8) return FA_NONE; break;
        case 320: if (hv != 256 || !gqa_opt || gqa % 32) return FA_NONE; break;
        case 512: if (hv != 512 || !gqa_opt) return FA_NONE; break;
        case 576: if (hv != 512 || !gqa_opt) return FA_NONE; break;
        default:  return FA_NONE;
    }
    if (!fa_type_ok(k->type) || !fa_type_ok(v->type)) return FA_NONE;
    if (mask && mask->ne[2] != 1) return FA_NONE;
    const int64_t hq = q->ne[0], rows = q->ne[1];
    if (hq == 40 || hq == 72) return FA_MMA;                       // tile kernel: same scratch rule
    if (hq <= 256 && hq % 64 == 0 && hq != 192 && padded) {
        const bool quant = ggml_is_quantized(k->type) || ggml_is_quantized(v->type);
        if (quant ? rows <= 2 : rows == 1 && q->ne[3] == 1 && !(gqa > 4 && (hq >= 256 || k->ne[1] >= 8192))) return FA_VEC;
        if (!gqa_opt && rows == 1) return FA_VEC;
    }
    return FA_MMA;
}

static bool fa_vec_compiled(ggml_type k, ggml_type v) {            // default build: equal pairs of four types
    if (k == GGML_TYPE_F32) k = GGML_TYPE_F16;
    if (v == GGML_TYPE_F32) v = GGML_TYPE_F16;
    if (g_all_quants) return fa_type_ok(k) && fa_type_ok(v);
    return k == v && (k == GGML_TYPE_F16 || k == GGML_TYPE_BF16 || k == GGML_TYPE_Q4_0 || k == GGML_TYPE_Q8_0);
}

static size_t fa_bytes(const ggml_tensor * n) {
    const ggml_tensor * k = n->src[1], * v = n->src[2];
    bool k16 = false, v16 = false;                                 // does the kernel want F16 copies?
    switch (fa_kernel(n)) {
        case FA_MMA:  k16 = v16 = true; break;
        case FA_VEC: {
            const bool fall = !fa_vec_compiled(k->type, v->type);
            k16 = fall || k->type == GGML_TYPE_F32;
            v16 = fall || v->type == GGML_TYPE_F32;
        } break;
        case FA_NONE: break;
    }
    const bool same = v->view_src && (v->view_src == k || (v->view_src == k->view_src && v->view_offs == k->view_offs));
    size_t end = ggml_nbytes(n);
    if (k16 && k->type != GGML_TYPE_F16)          end = GGML_PAD(end, ALIGN) + 2 * (size_t) ggml_nelements(k);
    if (v16 && v->type != GGML_TYPE_F16 && !same) end = GGML_PAD(end, ALIGN) + 2 * (size_t) ggml_nelements(v);
    return end;
}
