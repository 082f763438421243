"""Other names of the same operators, which exported graphs keep."""

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, ints, named, rand

x, y = rand(3, 7), rand(3, 7, low=0.2, high=2)
case("alias-unary",
    named("negative absolute fix special.expit special.expm1 special.erf special.sinc special.round special.log1p special.softmax",
                          special_softmax=lambda t: torch.special.softmax(t, 1)), x)
case("alias-trigonometric", named("arccos arcsin arctan arctanh arcsinh special.logit special.exp2 special.xlog1py",
    special_xlog1py=lambda t: torch.special.xlog1py(t, t)), rand(3, 7, low=0.05, high=0.95))
case("alias-binary", lambda x, y: {
    "multiply": torch.multiply(x, y), "subtract": torch.subtract(x, y), "subtract_alpha": torch.subtract(x, y, alpha=2),
    "divide": torch.divide(x, y), "true_divide": torch.true_divide(x, y), "divide_floor": torch.divide(x, y,
    rounding_mode="floor"),
    "arctan2": torch.arctan2(x, y), "float_power": torch.float_power(y, 1.5), "max": torch.max(x, y), "min": torch.min(x, y),
    "multiply_scalar": torch.multiply(x, 2.5)}, x, y)
case("alias-compare", lambda x, y: {
    "greater": torch.greater(x, y), "greater_equal": torch.greater_equal(x, 0.5), "less": torch.less(x, y),
    "less_equal": torch.less_equal(x, y), "not_equal": torch.not_equal(x, y), "method": x.gt(0.5), "eq": x.eq(y)}, x, y)
case("alias-shapes", lambda x, y: {
    "reshape_as": x.reshape_as(y.mT), "moveaxis": torch.moveaxis(x, 0, 1), "swapdims": torch.swapdims(x, 0, 1),
    "row_stack": torch.row_stack((x, y)), "concatenate": torch.concatenate((x, y), 1), "hsplit": torch.hsplit(x, [2, 5]),
    "vsplit": torch.vsplit(x, 3),
    "sum_to_size": x.sum_to_size(1, 7), "unsafe_chunk": torch.unsafe_chunk(x, 3, 1), "narrow_copy": torch.narrow_copy(x, 1, 2, 3),
    "select_copy": torch.select_copy(x, 0, 1)}, x, y)
case("alias-to", lambda x, n: {
    "dtype": x.to(dtype=torch.float64), "device": x.to("cpu"), "both": x.to("cpu", torch.int64),
    "like": n.to(device=x.device, dtype=x.dtype), "copy": x.to(torch.float32, copy=True), "float": n.float(),
    "type": n.type(torch.float32), "cpu": x.cpu(),
    "dtype_keyword": n.to(dtype=torch.bool), "half_and_back": x.half().float()}, x, ints(3, 7))
case("alias-reductions", lambda x: {
    "max_over": torch.max(x, dim=1).values, "amax": torch.amax(x, (0, 1)), "logsumexp": torch.logsumexp(x, (0, 1)),
    "norm_fro": torch.norm(x), "norm_p": torch.norm(x, 2, dim=1), "frobenius": torch.linalg.norm(x),
    "matrix_one": torch.linalg.norm(x, 1), "vector_three": torch.linalg.vector_norm(x, 3),
    "sum_float": torch.sum(x > 0, dim=1, dtype=torch.float32), "mean_keep": torch.mean(x, 0, True),
    "cumulative_trapezoid": torch.cumulative_trapezoid(x)}, x)
case("alias-scatter", lambda x, i: {
    "value_reduce": x.scatter(1, i, 1.5, reduce="add"), "value_multiply": x.scatter(1, i, 2.0, reduce="multiply"),
    "index_add_method": x.index_add(1, i[0], x[:, :2]), "index_fill_tensor": x.index_fill(1, i[0], torch.tensor(3.0)),
    "masked": torch.masked_fill(x, x > 0, 0)}, x, torch.tensor([[1, 4], [0, 6], [2, 3]]))
case("alias-products", lambda x, y: {
    "ger": torch.ger(x[0], y[1]), "chain": torch.chain_matmul(x, y.T, x), "matrix_power": torch.linalg.matrix_power(x @ y.T, 3),
    "linalg_matmul": torch.linalg.matmul(x, y.T), "vecdot": torch.linalg.vecdot(x, y), "inner": torch.inner(x, y),
    "fftn": torch.fft.fftn(x).real}, x, y, rough=True)
case("layers-distances", lambda x, y: {"cosine": nn.CosineSimilarity(dim=1)(x, y), "pairwise": nn.PairwiseDistance(p=1)(x, y),
    "dropout": F.dropout(x, training=False)}, x, y)
case("linear-algebra", lambda a: {
    "inverse": torch.linalg.inv(a), "determinant": torch.linalg.det(a), "solve": torch.linalg.solve(a, a[..., :2] + 1),
    "cholesky": torch.linalg.cholesky(a @ a.mT), "logdet": torch.logdet(a @ a.mT),
    "triangular": torch.linalg.solve_triangular(a.triu(), a, upper=True)},
     rand(2, 4, 4) + 4 * torch.eye(4), rough=True)


class NoGrad(nn.Module):
    """Parts of a model that run without gradients, and in another precision: export keeps the blocks."""

    def __init__(self):
        super().__init__()
        self.layer, self.table = nn.Linear(7, 7), nn.Embedding(5, 7)

    def forward(self, x, index):
        with torch.no_grad():
            frequencies = torch.outer(index.float(), torch.arange(7)).cos()
            picked = self.table(index)
        with torch.autocast("cpu", enabled=False):
            scaled = frequencies.float() * 0.5
        return self.layer(x) + scaled, picked.detach()


case("blocks-no-grad", NoGrad(), x, torch.tensor([4, 0, 2]))
