// Part of Loadout. MIT licence.
// Which operations the device takes, and for which it is worth copying a host weight: rules restated (no code taken) from
// ggml_backend_cuda_device_supports_op, get_op_batch_size and ggml_backend_cuda_device_offload_op of ggml-cuda.cu (b11434).
#pragma once

#include "attention.hpp"

static int64_t g_offload_min = 32;

static bool is_f(ggml_type t) { return t == GGML_TYPE_F32 || t == GGML_TYPE_F16; }
static bool is_fb(ggml_type t) { return is_f(t) || t == GGML_TYPE_BF16; }
static bool is_legacy(ggml_type t) {
    return t == GGML_TYPE_Q4_0 || t == GGML_TYPE_Q4_1 || t == GGML_TYPE_Q5_0 || t == GGML_TYPE_Q5_1 || t == GGML_TYPE_Q8_0;
}
static bool mm_type(ggml_type t) {                                 // every quantised type but the ternary ones
    return is_fb(t) || (ggml_is_quantized(t) && t != GGML_TYPE_TQ1_0 && t != GGML_TYPE_TQ2_0);
}

static bool op_ok(const ggml_tensor * n) {
    const ggml_tensor * a = n->src[0], * b = n->src[1];
    switch (n->op) {
        case GGML_OP_UNARY: {
            const auto u = ggml_get_unary_op(n);
            return ggml_is_contiguous(a) && !(u == GGML_UNARY_OP_XIELU && a->type == GGML_TYPE_BF16);
        }
        case GGML_OP_GLU: {
            const auto g = ggml_get_glu_op(n);
            if (a->type == GGML_TYPE_BF16 && (g == GGML_GLU_OP_SWIGLU_OAI || g == GGML_GLU_OP_SWIGLU_CLAMP)) return false;
            return ggml_is_contiguous_1(a);
        }
        case GGML_OP_MUL_MAT:
        case GGML_OP_MUL_MAT_ID: {
            if (a->nb[0] != ggml_element_size(a) || b->nb[0] != ggml_element_size(b)) return false;
            // a Walsh-Hadamard rotation takes F16 input too; any other F16 right side needs an F16 left side
            const bool rot = n->op == GGML_OP_MUL_MAT && ggml_get_op_params_i32(n, 1) == GGML_HINT_SRC0_IS_HADAMARD;
            if (b->type == GGML_TYPE_F16 && a->type != GGML_TYPE_F16 && !rot) return false;
            if (n->op == GGML_OP_MUL_MAT_ID && ggml_get_op_params_i32(n, 3) == GGML_PREC_F32) return false;
            return mm_type(a->type);
        }
        case GGML_OP_GET_ROWS:
            if (a->type == GGML_TYPE_IQ4_NL || a->type == GGML_TYPE_MXFP4) return a->ne[0] % 256 == 0;
            return a->type == GGML_TYPE_I32 || (mm_type(a->type) && a->type != GGML_TYPE_NVFP4 && a->type != GGML_TYPE_Q8_K);
        case GGML_OP_SET_ROWS:
            if (b->type != GGML_TYPE_I64 && b->type != GGML_TYPE_I32) return false;
            if (a->type == GGML_TYPE_F16) return n->type == GGML_TYPE_F16;
            return a->type == GGML_TYPE_F32 && (is_fb(n->type) || is_legacy(n->type) || n->type == GGML_TYPE_IQ4_NL);
        case GGML_OP_SET:
            return (n->type == GGML_TYPE_F32 || n->type == GGML_TYPE_I32) && a->type == n->type && b->type == n->type;
        case GGML_OP_CPY: {
            const ggml_type s = a->type, d = b->type;
            if (is_fb(s) && is_fb(d)) return true;
            if (s == GGML_TYPE_F32 && (is_legacy(d) || d == GGML_TYPE_IQ4_NL || d == GGML_TYPE_I32)) return true;
            if (d == GGML_TYPE_F32 && (is_legacy(s) || s == GGML_TYPE_I32)) return true;
            if (s == GGML_TYPE_I32 && d == GGML_TYPE_I32) return true;
            return s == d && ggml_is_contiguous(a) && ggml_is_contiguous(b);
        }
        case GGML_OP_REPEAT:  return is_f(a->type);
        case GGML_OP_CONCAT: {
            if (a->type != b->type || a->type != n->type) return false;
            if (!ggml_is_quantized(a->type)) return ggml_blck_size(a->type) == 1;
            const bool flat = n->op_params[0] == 3 ? ggml_is_contiguous(a) && ggml_is_contiguous(b)
                                                   : ggml_is_contiguous_to_3(a) && ggml_is_contiguous_to_3(b);
            return flat && a->ne[0] % ggml_blck_size(a->type) == 0 && b->ne[0] % ggml_blck_size(a->type) == 0;
        }
        case GGML_OP_NORM: case GGML_OP_RMS_NORM: case GGML_OP_L2_NORM: case GGML_OP_SUM:
            return ggml_is_contiguous_rows(a);
        case GGML_OP_SCALE:
            return (a->type == GGML_TYPE_F32 || a->type == GGML_TYPE_BF16) && n->type == a->type;
        case GGML_OP_ADD: case GGML_OP_SUB: case GGML_OP_MUL: case GGML_OP_DIV:
            if (a->type == GGML_TYPE_BF16) return n->type == GGML_TYPE_BF16 && (b->type == GGML_TYPE_BF16 || b->type == GGML_TYPE_F32);
            return is_f(a->type) && is_f(b->type) && is_f(n->type);
        case GGML_OP_SSM_SCAN: {
            const int64_t state = a->ne[0], head = a->ne[1];
            if (n->src[3]->ne[0] == 1) return (state == 96 || state == 128 || state == 256) && head % 16 == 0;   // Mamba 2
            return ggml_get_op_params_i32(n, 0) <= 1 && state == 16 && head == 1 && a->ne[2] % 128 == 0 && n->src[4]->ne[1] == 1;
        }
        case GGML_OP_SSM_CONV: return a->ne[1] % 128 == 0;
        case GGML_OP_ROPE:     return a->nb[0] == ggml_type_size(a->type) && ggml_is_contiguous_2(a);
        case GGML_OP_SUM_ROWS: case GGML_OP_MEAN:
            return a->type == GGML_TYPE_F32 && n->type == GGML_TYPE_F32 && ggml_is_contiguous_rows(a);
        case GGML_OP_ROLL:     return a->type == GGML_TYPE_F32 && ggml_is_contiguous(a);
        case GGML_OP_ACC: case GGML_OP_IM2COL: case GGML_OP_CONV_2D:
            return ggml_is_contiguous(a) && ggml_is_contiguous(b);
        case GGML_OP_GROUP_NORM:     return ggml_is_contiguous(a);
        case GGML_OP_OUT_PROD:       return n->type == GGML_TYPE_F32 && a->type == GGML_TYPE_F32 && b->type == GGML_TYPE_F32;
        case GGML_OP_FLASH_ATTN_EXT: return fa_kernel(n) != FA_NONE;
        // taken as they come (ARGSORT and TOP_K: a build with CUB)
        case GGML_OP_NONE: case GGML_OP_RESHAPE: case GGML_OP_VIEW: case GGML_OP_PERMUTE: case GGML_OP_TRANSPOSE:
        case GGML_OP_ADD_ID: case GGML_OP_ADD1: case GGML_OP_SQR: case GGML_OP_SQRT: case GGML_OP_SIN: case GGML_OP_COS:
        case GGML_OP_CLAMP: case GGML_OP_LOG: case GGML_OP_CONT: case GGML_OP_DUP: case GGML_OP_DIAG_MASK_INF:
        case GGML_OP_SOFT_MAX: case GGML_OP_ARGMAX: case GGML_OP_COUNT_EQUAL: case GGML_OP_TOP_K: case GGML_OP_ARGSORT:
        case GGML_OP_PAD: case GGML_OP_ARANGE: case GGML_OP_TIMESTEP_EMBEDDING: case GGML_OP_LEAKY_RELU: case GGML_OP_UPSCALE:
        case GGML_OP_POOL_1D: case GGML_OP_POOL_2D: case GGML_OP_RWKV_WKV6: case GGML_OP_RWKV_WKV7:
        case GGML_OP_GATED_LINEAR_ATTN: case GGML_OP_GATED_DELTA_NET: case GGML_OP_FILL: case GGML_OP_CUMSUM:
        case GGML_OP_TRI: case GGML_OP_DIAG: case GGML_OP_SOLVE_TRI:
        // the three below: their shape and type limits are not mirrored
        case GGML_OP_DSV4_HC_COMB: case GGML_OP_DSV4_HC_PRE: case GGML_OP_DSV4_HC_POST:
            return true;
        case GGML_OP_LIGHTNING_INDEXER: {
            // rows that do not begin at multiples of 16 bytes do not occur
            const bool heads = a->ne[1] == 64 || a->ne[1] == 32 || a->ne[1] == 4;
            return a->ne[0] == 128 && heads && b->type != GGML_TYPE_IQ4_NL;
        }
        default:
            return false;                                          // training operations and the like
    }
}

static bool op_offloads(const ggml_tensor * n) {
    int64_t rows = ggml_nrows(n);
    if (n->op == GGML_OP_GET_ROWS) rows = 0;
    if (n->op == GGML_OP_MUL_MAT) rows = n->ne[1];
    if (n->op == GGML_OP_MUL_MAT_ID || n->op == GGML_OP_ROPE || n->op == GGML_OP_ROPE_BACK) rows = n->ne[2];
    return rows >= g_offload_min;
}
