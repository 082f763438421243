"""Complex numbers: given, returned, kept as state, and what operators do with them."""

import functools

import torch
import torch.nn.functional as F
from torch import nn

from case import case, named, rand, ints, bools


def complexes(*shape, dtype=torch.complex64):
    return torch.complex(rand(*shape, dtype=torch.float64), rand(*shape, dtype=torch.float64)).to(dtype)


case("complex-functions", named(
    "neg square exp exp2 expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sigmoid sinc sgn abs angle "
    "isreal isnan isinf isfinite nan_to_num conj real imag nn.functional.silu"), complexes(3, 11))
case("complex-functions-double", named("log1p sqrt tan acos asinh tanh expm1", quotient=lambda z: 1 / z, power=lambda z: z ** 3), complexes(3, 5, dtype=torch.complex128))
case("complex-pairs", lambda a, b, x: {
    "add": torch.add(a, b, alpha=2), "turned": torch.add(a, b, alpha=2j), "sub": a - x, "rsub": 3 - a, "mul": a * x, "div": a / b, "under": x / a, "pow": a ** b,
    "powers": a ** x, "of_number": 2.0 ** a, "eq": a == b, "ne": a != a.conj(), "close": torch.isclose(a, a + 1e-7), "lerp": torch.lerp(a, b, 0.3),
    "addcmul": torch.addcmul(a, b, a, value=0.5), "addcdiv": torch.addcdiv(a, b, a), "logaddexp": torch.logaddexp(a, b)},
    complexes(3, 5), complexes(3, 5), rand(5))
case("complex-elements", lambda z, index, condition: {
    "pad": F.pad(z, (1, 2), value=3), "around": F.pad(z[None], (2, 1), mode="circular"), "where": torch.where(condition, z, 1.5), "gather": torch.gather(z, 1, index),
    "index": z[index[:, 0]], "put": z.index_put((index[0],), z[0]), "scatter": torch.scatter(z, 1, index, 2 + 1j), "add": z.index_add(0, index[0, :2], z[:2], alpha=2),
    "fill": z.index_fill(1, index[0, :2], 2j), "masked": z.masked_fill(condition, 1j), "diagonal": torch.diag(z[0]), "blocks": torch.block_diag(z, z[:1]),
    "cat": torch.cat([z, z.real]), "slice": z[1:3, ::2], "narrow": z.narrow(1, 1, 3), "repeat": z.repeat_interleave(2, 0), "roll": z.roll(1, 1), "expand": z.real[:1].expand_as(z),
    "adjoint": z.mH, "assigned": torch.zeros(3, 5, dtype=torch.complex64).slice_scatter(z[:, :2], 1, 0, 2)},
    complexes(3, 5), ints(3, 4, low=0, high=3), bools(3, 5))
case("complex-sums", lambda z: {
    "sum": z.sum(), "mean": z.mean(1), "prod": z.prod(), "products": z.prod(1, keepdim=True), "cumsum": z.cumsum(1), "cumprod": z.cumprod(0), "norm": torch.linalg.vector_norm(z, dim=1),
    "var": z.var(1), "std": z.std(), "any": z.any(1), "all": z.all(), "count": torch.count_nonzero(z), "diff": z.diff(dim=0), "trapezoid": torch.trapezoid(z, dx=0.5)}, complexes(4, 7))
case("complex-products", lambda a, b, v, x: {
    "matmul": a @ b, "real": a @ x.to(a.dtype), "mv": a @ v, "dot": torch.dot(v, v), "vdot": torch.vdot(v, v * 2j), "outer": torch.outer(v, v), "einsum": torch.einsum("ij,jk,k->i", a, b, v[:3]),
    "addmm": torch.addmm(a[:, 0], a, b, beta=1j, alpha=2), "power": torch.linalg.matrix_power(a @ b, 3) if a.shape[0] == b.shape[1] else a, "kron": torch.kron(a, b),
    "linear": F.linear(v, a, a[:, 0]), "conv": F.conv1d(v[None, None], v[None, None, :2], v[:1], padding=1),
    "transposed": F.conv_transpose1d(v[None, None], v[None, None, :3], stride=2)}, complexes(3, 5), complexes(5, 3), complexes(5), rand(5, 2))
case("complex-made", lambda z: {
    "zeros": torch.zeros(2, 3, dtype=torch.complex64), "ones": torch.ones_like(z), "full": torch.full((2,), 1 - 2j), "eye": torch.eye(3, dtype=torch.complex128),
    "linspace": torch.linspace(1j, 2, 5, dtype=torch.complex64), "to": z.real.to(torch.complex64) + z, "bool": z.to(torch.bool), "sum": z.real.sum(dtype=torch.complex64),
    "stft": torch.stft(z.reshape(-1), 8, 4, 8, torch.ones(8), return_complex=True, onesided=False)}, complexes(4, 8))
case("complex-cuts", lambda z: named("acos acosh asin asinh atan atanh log sqrt")(z) | {"roots": (z * z).sqrt()},
     torch.complex(*torch.cartesian_prod(torch.tensor([0.0, -0.0, 1, -1, 2, -2]), torch.tensor([0.0, -0.0, 2, -2])).T)[
         [1, 2, 3, 6, 7, 10, 11, 14, 15, *range(16, 24)]])
case("complex-zero-powers", lambda z: {"inverse": z ** -1, "square": z ** 2, "negative": z ** (-1 + 1j), "of-zero": 0 ** (z - 1)}, torch.tensor([0, 1 + 1j, -1 + 1j]))
case("complex-written", lambda z, w, x, places: {
    "index-add": z.index_add(0, torch.tensor([1, 0, 1]), w, alpha=3 - 2j), "scatter": z.scatter(0, places, w, reduce="add"),
    "real": torch.ops.aten.copy(x, z), "bool": torch.ops.aten.copy(x > 0, z),
    "window": torch.stft(x.reshape(-1), 4, window=w[0], return_complex=True),
    "window-complex": torch.stft(z.reshape(-1), 4, window=w[0], return_complex=True),
    "distance": F.pairwise_distance(z, torch.tensor(1.5, dtype=torch.float64))}, complexes(3, 4), complexes(3, 4), rand(3, 4), ints(1, 4, low=0, high=3))


class Kept(nn.Module):
    """A state of complex numbers, which each call turns and adds to."""

    def __init__(self):
        super().__init__()
        self.register_buffer("phase", complexes(3))

    def forward(self, z):
        self.phase.mul_(1j).add_(z)
        return self.phase * 2, self.phase.abs()


case("complex-kept", Kept(), complexes(3), calls=[(complexes(3),), (complexes(3),), (complexes(3),)])

# 16-bit parts, which PyTorch makes and keeps, and hardly computes with on the CPU.
case("complex32", lambda x, y: {"made": torch.complex(x, y), "half": x.float().chalf(), "back": torch.complex(x, y).to(torch.complex64), "real": torch.complex(x, y).real,
    "from": torch.complex(x.float(), y.float()).chalf(), "moved": torch.complex(x, y).T[1:]}, rand(3, 5, dtype=torch.float16), rand(3, 5, dtype=torch.float16))

# Linear algebra: complex matrices as real ones of twice the size.
a, b, v, tall = (torch.complex(rand(*size), rand(*size)) for size in ((2, 4, 4), (2, 4, 3), (4,), (5, 3)))
positive = a @ a.mH + torch.eye(4)
case("complex-matrices", lambda a, b, v, tall, positive: {
    "inverse": torch.linalg.inv(a), "inverse_ex": list(torch.linalg.inv_ex(a)), "solve": torch.linalg.solve(a, b), "solve_right": torch.linalg.solve(a, b.mT, left=False),
    "vector": torch.linalg.solve(a[0], v), "vector_right": torch.linalg.solve(a[0].mT, v), "cholesky": torch.linalg.cholesky(positive), "upper": torch.linalg.cholesky(positive, upper=True),
    "no_cholesky": torch.linalg.cholesky_ex(positive - 100 * torch.diag(torch.tensor([0.0, 0, 1, 0]))).info, "exp": torch.matrix_exp(a / 3), "pinv": torch.linalg.pinv(tall),
    "pinv_hermitian": torch.linalg.pinv(a, hermitian=True), "qr": list(torch.linalg.qr(tall)), "qr_wide": list(torch.linalg.qr(tall.mT)), "svdvals": torch.linalg.svdvals(tall),
    "eigvalsh": torch.linalg.eigvalsh(a), "eigvalsh_upper": torch.linalg.eigvalsh(a, UPLO="U"), "rank": torch.linalg.matrix_rank(torch.cat((tall, tall), 1)), "power": torch.linalg.matrix_power(a, -2),
    "triangular": torch.linalg.solve_triangular(a, b, upper=True), "unit": torch.linalg.solve_triangular(a, b, upper=False, unitriangular=True),
    "old": list(torch.triangular_solve(b, a, transpose=True)), "cholesky_solve": torch.cholesky_solve(b, torch.linalg.cholesky(positive)),
    "cholesky_inverse": torch.cholesky_inverse(torch.linalg.cholesky(positive, upper=True), upper=True), "cond": torch.linalg.cond(a), "least": torch.linalg.cond(a, -2),
    "nuclear": torch.linalg.matrix_norm(a, "nuc"), "largest": torch.linalg.matrix_norm(a, 2)}, a, b, v, tall, positive, rough=True)

# Factors of complex matrices, by LAPACK's steps.
def lists(function):
    """With lists for PyTorch's named results, which torch.export does not write."""
    return functools.wraps(function)(lambda *args: {name: list(result) if isinstance(result, tuple) else result for name, result in function(*args).items()})


square, right, wide = (torch.complex(rand(*size), rand(*size)) for size in ((2, 4, 4), (2, 4, 3), (3, 5)))
case("complex-triangles", lists(lambda a, b, tall, wide: {
    "factors": torch.linalg.lu_factor(a), "tall": torch.linalg.lu_factor(tall), "unpacked": torch.linalg.lu(wide), "apart": torch.lu_unpack(*torch.linalg.lu_factor(a)),
    "det": torch.linalg.det(a), "slogdet": torch.linalg.slogdet(a), "logdet": torch.logdet(a), "singular": torch.linalg.det(torch.zeros(2, 2, dtype=a.dtype)),
    "solved": torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b), "adjoint": torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b, adjoint=True),
    "right": torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b.mT, left=False), "inverse": torch.linalg.tensorinv(a[0].reshape(2, 2, 4), ind=2),
    "tensor": torch.linalg.tensorsolve(a[0].reshape(2, 2, 4), a[1, :2, :2])}), square, right, tall, wide, rough=True)
case("complex-reflections", lists(lambda a, tall, wide: {
    "complete": torch.linalg.qr(tall, mode="complete"), "reduced": torch.linalg.qr(tall), "wide": torch.linalg.qr(wide, mode="complete"), "r": torch.linalg.qr(a, mode="r")[1],
    "packed": torch.geqrf(tall), "whole": torch.linalg.householder_product(*torch.geqrf(tall)), "left": torch.ormqr(*torch.geqrf(tall), tall),
    "back": torch.ormqr(*torch.geqrf(tall), tall, transpose=True), "right": torch.ormqr(*torch.geqrf(a[0]), wide[:, :4], left=False),
    "right_back": torch.ormqr(*torch.geqrf(a[0]), wide[:, :4], left=False, transpose=True)}), square, tall, wide, rough=True)
case("complex-eigenvectors", lists(lambda a: {
    "lower": torch.linalg.eigh(a), "upper": torch.linalg.eigh(a, UPLO="U"), "one": torch.linalg.eigh(a[0, :1, :1]), "two": torch.linalg.eigh(a[:, 1:3, 1:3])}),
     torch.complex(rand(2, 5, 5), rand(2, 5, 5)), rough=True)
case("complex-singular-vectors", lists(lambda a, tall, wide: {
    "square": torch.linalg.svd(a), "tall": torch.linalg.svd(tall[:4], full_matrices=False), "full": torch.linalg.svd(tall[:4]), "high": torch.linalg.svd(tall), "reduced": torch.linalg.svd(tall, full_matrices=False),
    "wide": torch.linalg.svd(wide), "flat": torch.linalg.svd(wide[:2]), "flat_reduced": torch.svd(wide[:2]), "row": torch.linalg.svd(wide[:1]), "values": torch.svd(wide, compute_uv=False)}),
     square, torch.complex(rand(6, 3), rand(6, 3)), wide, rough=True)
case("complex-powers", lists(lambda z, w, x: {
    "logsumexp": z.logsumexp(1), "logsumexp_all": z.logsumexp((0, 1), keepdim=True), "logcumsumexp": z.logcumsumexp(1), "renorm": z.renorm(2, 0, 1.5), "renorm3": z.renorm(3, 1, 2),
    "rms_norm": F.rms_norm(z, (5,)), "rms_norm_weight": F.rms_norm(z, (5,), w, 1e-3), "vander": torch.linalg.vander(z), "vander_n": torch.linalg.vander(z, N=4), "softmax": z.softmax(1, dtype=torch.float32),
    "gradient": torch.gradient(z), "gradient_spaced": torch.gradient(z, spacing=2.0, dim=1, edge_order=2), "triplet": F.triplet_margin_loss(z, z.conj(), z + 1j, swap=True, p=3.0),
    "cumprod": z.cumprod(0), "static": torch.nonzero_static(z * (x > 0), size=9), "norm": torch.linalg.vector_norm(z, 3, dtype=torch.complex64),
    "as_real": z.view(torch.float32), "as_wide": z[:, :4].contiguous().view(torch.complex128), "as_complex": x[:, :4].contiguous().view(torch.complex64), "as_int": z.view(torch.int64)}),
    complexes(3, 5), complexes(5), rand(3, 5))


def ldl(a, b, hermitian):
    packed, pivots = torch.linalg.ldl_factor(a, hermitian=hermitian)
    return {"packed": packed, "pivots": pivots, "solved": torch.linalg.ldl_solve(packed, pivots, b, hermitian=hermitian)}


case("complex-pairs-of-pivots", lambda a, small, b: {
    f"{name}_{kind}": result for kind, hermitian in (("hermitian", True), ("symmetric", False)) for of, matrix in (("", a), ("small_", small))
    for name, result in ((of + each, made) for each, made in ldl(matrix, b, hermitian).items())},
     torch.complex(rand(2, 5, 5), rand(2, 5, 5)), torch.complex(rand(2, 5, 5), rand(2, 5, 5)) - 3 * torch.diag(torch.ones(4), -1), torch.complex(rand(2, 5, 2), rand(2, 5, 2)), rough=True)
