// Part of Loadout. MIT licence.
// What the CUDA back end keeps alive so that it can fuse operations: rules restated (no code taken) from ggml-cuda.cu (b11434):
// ggml_backend_cuda_graph_optimize with ggml_cuda_match_shared_expert, ggml_cuda_match_moe_weighted_reduction,
// ggml_cuda_topk_moe_fusion, ggml_cuda_should_use_topk_moe, ggml_cuda_should_fuse_mul_mat.
#pragma once

#include "ggml-backend-impl.h"
#include "ggml-impl.h"

#include <algorithm>
#include <cstring>
#include <vector>

static bool g_fusion = true;                   // false: as GGML_CUDA_DISABLE_FUSION=1

static bool glu_pair(const ggml_tensor * glu) {                    // gate and up of one GLU can be one kernel
    const ggml_tensor * g = glu->src[0], * u = glu->src[1];
    if (!g || !u || g->op != u->op || (g->op != GGML_OP_MUL_MAT && g->op != GGML_OP_MUL_MAT_ID)) return false;
    if (g->src[0]->type != u->src[0]->type || !ggml_are_same_shape(g->src[0], u->src[0]) || !ggml_are_same_stride(g->src[0], u->src[0])) return false;
    if (g->src[1] != u->src[1] || (g->op == GGML_OP_MUL_MAT_ID && g->src[2] != u->src[2])) return false;
    const auto k = ggml_get_glu_op(glu);
    return (k == GGML_GLU_OP_SWIGLU || k == GGML_GLU_OP_GEGLU || k == GGML_GLU_OP_SWIGLU_OAI || k == GGML_GLU_OP_SWIGLU_CLAMP) &&
        ggml_get_op_params_i32(glu, 1) == 0;
}

static bool shared_expert(const ggml_cgraph * g, int r, int s) {   // routed gate/up/glu at r, shared gate/up/glu at s
    if (s + 2 >= g->n_nodes) return false;
    const int     at[]  = { r, r + 1, r + 2, s, s + 1, s + 2 };
    const ggml_op ops[] = { GGML_OP_MUL_MAT_ID, GGML_OP_MUL_MAT_ID, GGML_OP_GLU, GGML_OP_MUL_MAT, GGML_OP_MUL_MAT, GGML_OP_GLU };
    const int     out[] = { r + 2, s + 2 };
    if (!ggml_can_fuse_subgraph_ext(g, at, 6, ops, out, 2)) return false;
    const ggml_tensor * R = g->nodes[r + 2], * S = g->nodes[s + 2];
    auto both = [&](const ggml_tensor * glu, int i) {
        const ggml_tensor * x = g->nodes[i], * y = g->nodes[i + 1];
        return (glu->src[0] == x && glu->src[1] == y) || (glu->src[0] == y && glu->src[1] == x);
    };
    if (!both(R, r) || !both(S, s) || !glu_pair(R) || !glu_pair(S)) return false;
    const ggml_tensor * w = R->src[1]->src[0], * sw = S->src[1]->src[0], * sg = S->src[0]->src[0];
    const ggml_tensor * in = R->src[1]->src[1], * sin = S->src[1]->src[1];
    if (!w->buffer || !ggml_is_quantized(w->type)) return false;
    if (in->op != GGML_OP_RESHAPE || in->src[0] != sin || in->ne[1] != 1 || in->ne[3] != 1) return false;
    if (!ggml_is_contiguous(in) || !ggml_is_contiguous(sin) || !ggml_is_matrix(sin)) return false;
    if (w->type != sw->type || w->ne[0] != sw->ne[0] || w->ne[1] != sw->ne[1] || w->nb[1] != sw->nb[1] || w->ne[3] != 1) return false;
    if (!ggml_is_matrix(sw) || !ggml_is_contiguous(sw) || !ggml_is_contiguous(sg) || !ggml_is_contiguous(R) || !ggml_is_contiguous(S)) return false;
    return sw->op == GGML_OP_NONE && sg->op == GGML_OP_NONE && ggml_get_glu_op(R) == ggml_get_glu_op(S) &&
        ggml_get_op_params_f32(R, 3) == ggml_get_op_params_f32(S, 3);
}

struct Mix { ggml_tensor * experts, * scale, * weights, * dst; int count; };

// experts (x scale) x router weight, then a chain of views and additions over the experts used
static bool weighted_sum(const ggml_cgraph * g, int i, Mix & m) {
    auto flat = [](const ggml_tensor * t) { return t && t->type == GGML_TYPE_F32 && ggml_is_contiguous(t); };
    auto split = [&](const ggml_tensor * mul, ggml_tensor *& full, ggml_tensor *& thin) {
        for (int k = 0; k < 2; ++k) {
            ggml_tensor * f = mul->src[k], * t = mul->src[1 - k];
            if (flat(f) && ggml_are_same_shape(f, mul) && flat(t) && t->ne[0] == 1 && t->ne[1] == mul->ne[1] &&
                t->ne[2] == mul->ne[2] && t->ne[3] == mul->ne[3]) { full = f; thin = t; return true; }
        }
        return false;
    };
    const ggml_tensor * first = g->nodes[i], * w = first;
    if (first->op != GGML_OP_MUL || !flat(first)) return false;
    m = {};
    int muls = 1;
    if (i + 1 < g->n_nodes) {
        const ggml_tensor * second = g->nodes[i + 1];
        ggml_tensor * a, * r, * e, * s;
        if (second->op == GGML_OP_MUL && flat(second) && split(second, a, r) && a == first && split(first, e, s)) {
            w = second; m.experts = e; m.scale = s; m.weights = r; muls = 2;
        }
    }
    if (!m.experts && !split(first, m.experts, m.weights)) return false;
    const int     used   = (int) w->ne[1];
    const int64_t tokens = w->ne[2] * w->ne[3];
    if (used < 2 || used > 15) return false;
    m.count = 2 * used + muls - 1;
    if (i + m.count > g->n_nodes) return false;
    std::vector<ggml_op> ops;
    std::vector<const ggml_tensor *> views;
    const ggml_tensor * sum = nullptr;
    int adds = 0;
    for (int k = 0; k < m.count; ++k) {
        const ggml_tensor * c = g->nodes[i + k];
        ops.push_back(c->op);
        if (k < muls) continue;
        if (c->op == GGML_OP_VIEW) {
            if ((int) views.size() >= used || c->src[0] != w || c->view_src != w || c->type != GGML_TYPE_F32 ||
                c->ne[0] != w->ne[0] || c->ne[1] != tokens || c->ne[2] != 1 || c->ne[3] != 1 || c->nb[0] != w->nb[0] ||
                c->nb[1] != w->nb[2] || c->view_offs != views.size() * w->nb[1]) return false;
            views.push_back(c);
        } else {
            if (c->op != GGML_OP_ADD || (int) views.size() < adds + 2 || c->type != GGML_TYPE_F32) return false;
            if (c->src[0] != (adds ? sum : views[0]) || c->src[1] != views[adds + 1]) return false;
            sum = c; ++adds;
        }
    }
    if ((int) views.size() != used || adds != used - 1 || !ggml_is_contiguous(sum)) return false;
    if (sum->ne[0] != w->ne[0] || sum->ne[1] != tokens || sum->ne[2] != 1 || sum->ne[3] != 1) return false;
    const int out = i + m.count - 1;
    if (!ggml_can_fuse_subgraph(g, i, m.count, ops.data(), &out, 1)) return false;
    m.dst = g->nodes[out];
    return true;
}

// expert choice: gating activation, top-k, gathering of the weights, optional normalisation and scale; 0 = no match
static int topk_len(const ggml_cgraph * g, int i) {
    auto at = [&](int k) { return k < g->n_nodes ? g->nodes[k] : nullptr; };
    auto step = [&](int k, ggml_op op) { const ggml_tensor * t = at(k); return t && t->op == op && t->src[0] == g->nodes[k - 1]; };
    const ggml_tensor * act = g->nodes[i];
    std::vector<ggml_op> ops = { act->op };
    int p = i;                                                     // node that holds the probabilities
    if (act->op == GGML_OP_UNARY) {
        const auto u = ggml_get_unary_op(act);
        if (u == GGML_UNARY_OP_SOFTPLUS && step(i + 1, GGML_OP_SQRT)) { p = i + 1; ops.push_back(GGML_OP_SQRT); }
        else if (u != GGML_UNARY_OP_SIGMOID) return 0;
    } else if (act->op != GGML_OP_SOFT_MAX) return 0;              // (softmax after the choice adds no dependency upstream)
    int k = p + 1;
    if (!step(k, GGML_OP_RESHAPE)) return 0;
    const ggml_tensor * reshaped = g->nodes[k]; ops.push_back(GGML_OP_RESHAPE); ++k;
    const bool bias = at(k) && at(k)->op == GGML_OP_ADD && at(k)->src[0] == g->nodes[p];
    if (bias) { ops.push_back(GGML_OP_ADD); ++k; }
    if (!at(k) || at(k)->op != GGML_OP_ARGSORT || at(k)->src[0] != (bias ? g->nodes[k - 1] : g->nodes[p])) return 0;
    ops.push_back(GGML_OP_ARGSORT); ++k;
    if (!step(k, GGML_OP_VIEW)) return 0;
    const int ids = k; ops.push_back(GGML_OP_VIEW); ++k;
    const ggml_tensor * rows = at(k);
    if (!rows || rows->op != GGML_OP_GET_ROWS || rows->src[0] != reshaped || rows->src[1] != g->nodes[ids]) return 0;
    ops.push_back(GGML_OP_GET_ROWS); ++k;
    bool scale_here = true;                                        // upstream looks for SCALE only after a whole norm
    if (at(k) && at(k)->op == GGML_OP_RESHAPE) {
        const bool norm = step(k, GGML_OP_RESHAPE) && step(k + 1, GGML_OP_SUM_ROWS) && step(k + 2, GGML_OP_CLAMP) &&
            at(k + 3) && at(k + 3)->op == GGML_OP_DIV && at(k + 3)->src[1] == g->nodes[k + 2] && at(k + 3)->src[0] == g->nodes[k] &&
            step(k + 4, GGML_OP_RESHAPE);
        if (norm) { for (ggml_op o : { GGML_OP_RESHAPE, GGML_OP_SUM_ROWS, GGML_OP_CLAMP, GGML_OP_DIV, GGML_OP_RESHAPE }) ops.push_back(o); k += 5; }
        else scale_here = false;
    }
    if (scale_here && step(k, GGML_OP_SCALE)) { ops.push_back(GGML_OP_SCALE); ++k; }
    const int out[] = { ids, i + (int) ops.size() - 1 };
    if (!ggml_can_fuse_subgraph(g, i, (int) ops.size(), ops.data(), out, 2)) return 0;
    const ggml_tensor * id = g->nodes[ids], * wt = g->nodes[out[1]];
    const int64_t n_exp = id->nb[1] / id->nb[0];
    if (((n_exp & (n_exp - 1)) || n_exp > 512) && n_exp != 288 && n_exp != 576) return 0;
    if (!ggml_is_contiguous(wt) || !ggml_is_contiguous(act->src[0])) return 0;
    if (act->op == GGML_OP_SOFT_MAX) {
        float f[2]; memcpy(f, act->op_params, sizeof f);
        if (f[0] != 1.0f || f[1] != 0.0f || act->src[1] || act->src[2]) return 0;
    }
    return (int) ops.size();
}

static void be_graph_optimize(ggml_backend_t, ggml_cgraph * g, ggml_backend_graph_optimize_params * p) {
    if (!g_fusion) return;
    auto keep = [&](ggml_tensor * t, ggml_tensor * until) { if (t) p->add_alloc_dep(p->user_data, t, until); };
    for (int i = 0; i + 5 < g->n_nodes; ++i) {
        if (g->nodes[i]->op != GGML_OP_MUL_MAT_ID) continue;
        for (int j = i + 3; j + 2 < g->n_nodes; ++j) {
            if (g->nodes[j]->op == GGML_OP_MUL_MAT_ID && g->nodes[j + 1]->op == GGML_OP_MUL_MAT_ID) break;
            if (g->nodes[j]->op != GGML_OP_MUL_MAT || !shared_expert(g, i, j)) continue;
            std::rotate(g->nodes + i + 3, g->nodes + j, g->nodes + j + 3);
            ggml_tensor * up = g->nodes[i + 2]->src[1];
            keep(up->src[1], g->nodes[i + 5]);
            keep(up->src[2], g->nodes[i + 5]);
            i += 5;
            break;
        }
    }
    for (int i = 0; i < g->n_nodes; ++i) {
        Mix m;
        if (weighted_sum(g, i, m)) {
            keep(m.experts, m.dst); keep(m.weights, m.dst); keep(m.scale, m.dst);
            i += m.count - 1;
        }
        const int len = topk_len(g, i);
        if (len && i + len < g->n_nodes) {                         // upstream keeps them until one node behind the match
            for (int k = i; k < i + len; ++k) {
                keep(g->nodes[k], g->nodes[i + len]);
                for (ggml_tensor * s : g->nodes[k]->src) keep(s, g->nodes[i + len]);
            }
            i += len - 1;
        }
    }
}
