"""Dense linear algebra: factors, what they solve, eigenvalues and singular values, and what is read off them; batches, odd shapes, empty matrices, sizes of a run."""

import torch
from torch.export import Dim

from case import case, rand

L = torch.linalg


def positive(a):
    return a @ a.mT + torch.eye(a.shape[-1], dtype=a.dtype)


def factors(a, wide, high):
    s = positive(a)
    p, l, u = L.lu(wide)
    lu, pivots = L.lu_factor(a)
    packed, tau = torch.geqrf(high)
    ld, ld_pivots, ld_info = L.ldl_factor_ex(a + a.mT)
    result = {"P": p, "L": l, "U": u, "LU": lu, "pivots": pivots, "info": L.lu_factor_ex(a).info, "cholesky": L.cholesky(s), "cholesky upper": L.cholesky(s, upper=True),
        "cholesky info": L.cholesky_ex(s).info, "not positive": L.cholesky_ex(-s).info, "LD": ld, "LD pivots": ld_pivots, "LD info": ld_info, "packed": packed, "tau": tau,
        "householder": L.householder_product(packed, tau), "R": L.qr(wide, mode="r").R}
    for mode in ("reduced", "complete"):
        for name, matrix in (("square", a), ("wide", wide), ("high", high)):
            result |= {f"Q {mode} {name}": L.qr(matrix, mode=mode).Q, f"R {mode} {name}": L.qr(matrix, mode=mode).R}
    result |= {f"high {i}": part for i, part in enumerate(L.lu(high))}
    result |= {f"unpacked {i}": part for i, part in enumerate(torch.lu_unpack(lu, pivots))}
    for left in (True, False):
        for transpose in (True, False):
            result[f"ormqr {left} {transpose}"] = torch.ormqr(packed, tau, high @ wide if left else wide @ high @ wide, left=left, transpose=transpose)
    return result


def solutions(a, b, right):
    s = positive(a)
    lu, pivots = L.lu_factor(a)
    ld, ld_pivots = L.ldl_factor(a + a.mT)
    lower = L.cholesky(s)
    return {"inverse": L.inv(a), "inverse_ex": L.inv_ex(a).inverse, "solve": L.solve(a, b), "vector": L.solve(a[0], b[0, :, 0]), "right": L.solve(a, right, left=False),
        "broadcast": L.solve(a, b[0]), "solve_ex": L.solve_ex(a, b).result, "info": L.solve_ex(a, b).info, "singular": L.inv_ex(a * 0).info,
        "lu": L.lu_solve(lu, pivots, b), "lu adjoint": L.lu_solve(lu, pivots, b, adjoint=True), "lu right": L.lu_solve(lu, pivots, right, left=False),
        "lu right adjoint": L.lu_solve(lu, pivots, right, left=False, adjoint=True), "old lu": torch.lu_solve(b, lu, pivots), "ldl": L.ldl_solve(ld, ld_pivots, b),
        "cholesky": torch.cholesky_solve(b, lower), "cholesky upper": torch.cholesky_solve(b, lower.mT, upper=True), "cholesky inverse": torch.cholesky_inverse(lower),
        "triangular": torch.triangular_solve(b, a).solution, "triangular unit": torch.triangular_solve(b, a / 9, upper=False, transpose=True, unitriangular=True).solution,
        "triangle right": L.solve_triangular(a, right, upper=False, left=False), "det": L.det(a), "sign": L.slogdet(a).sign, "logarithm": L.slogdet(a).logabsdet,
        "logdet": torch.logdet(a), "power": L.matrix_power(a, -3), "exponential": L.matrix_exp(a), "large exponential": L.matrix_exp(a * 3),
        "tensor inverse": L.tensorinv(a[0, :4, :4].reshape(2, 2, 4)), "tensor solution": L.tensorsolve(a[0, :4, :4].reshape(2, 2, 4), b[0, :4, 0].reshape(2, 2))}


def spectra(a, wide, high):
    s = a + a.mT
    low = wide @ high
    result = {"eigenvalues": L.eigvalsh(s), "eigenvectors": L.eigh(s).eigenvectors, "upper": L.eigh(a, UPLO="U").eigenvectors, "square values": L.svdvals(a)}
    for name, matrix in (("square", a), ("wide", wide), ("high", high), ("very high", high[..., :2])):
        u, values, v = L.svd(matrix, full_matrices=False)
        result |= {f"U {name}": u, f"values {name}": values, f"V {name}": v}
        u, values, v = L.svd(matrix)
        result |= {f"full {name}": u[..., : values.shape[-1]] * values.unsqueeze(-2), f"full V {name}": v[..., : values.shape[-1], :], f"orthogonal {name}": u @ u.mT + 1}
    return result | {"pinv": L.pinv(wide), "pinv hermitian": L.pinv(s, hermitian=True), "pinv bound": L.pinv(a, rtol=0.3), "pinverse": torch.pinverse(high),
        "rank": L.matrix_rank(low), "rank hermitian": L.matrix_rank(s, hermitian=True), "rank bound": L.matrix_rank(a, atol=2.0), "cond": L.cond(a), "cond smallest": L.cond(a, -2),
        "cond 1": L.cond(a, 1), "cond nuc": L.cond(a, "nuc"), "nuc": L.matrix_norm(wide, "nuc"), "norm 2": L.matrix_norm(wide, 2), "norm -2": L.norm(high, -2, dim=(1, 2), keepdim=True),
        "nuclear": torch.norm(a[0], "nuc"), "vander": L.vander(a[0, :2], N=4)}


for name, dtype in (("", torch.float32), ("-float64", torch.float64)):
    a = rand(2, 5, 5, dtype=dtype)
    wide, high = rand(2, 3, 5, dtype=dtype), rand(2, 5, 3, dtype=dtype)
    case(f"matrix-factors{name}", factors, a, wide, high, core=True, rough=True)
    case(f"matrix-solutions{name}", solutions, a, rand(2, 5, 3, dtype=dtype), rand(2, 3, 5, dtype=dtype), core=True, rough=True)
    case(f"matrix-spectra{name}", spectra, a, wide, high, core=True, rough=True)

# Beyond what LAPACK does at once, where the signs of vectors come of how it joins parts.
def large(a):
    s = a + a.mT
    values, vectors = L.eigh(s)
    u, singular, v = L.svd(a)
    return {"values": values, "made": (vectors * values) @ vectors.mT, "orthogonal": vectors.mT @ vectors, "vectors": vectors, "left": u, "singular": singular, "made again": (u * singular) @ v,
        "inverse": L.inv(s), "QR": L.qr(a).Q, "cholesky": L.cholesky(positive(a)), "exponential": L.matrix_exp(a / 8)}


case("matrix-large", large, rand(40, 40), rough=True)
case("matrix-large-batch", lambda a: {"values": L.eigvalsh(a), "singular": L.svdvals(a), "inverse": L.inv(a)}, rand(9, 7, 7) + 3 * torch.eye(7), rough=True)
case("matrix-empty", lambda a, b: {
    "inverse": L.inv(a), "determinant": L.det(a), "solve": L.solve(a, b), "values": L.eigh(a).eigenvalues, "singular": L.svd(b, full_matrices=False).S, "Q": L.qr(b).Q,
    "full": L.svd(b.mT).U, "one": L.svd(torch.stack((b.sum((1, 2)) + 2, b.sum((1, 2)) - 3))).U, "one column": L.svd(b.sum(1).T - 1, full_matrices=False).Vh, "no eigenvalue": torch.view_as_real(L.eig(a.new_zeros(3, 3)).eigenvectors), "LU": L.lu_factor(a).LU, "none": L.eigh(torch.zeros(0, 3, 3)).eigenvectors, "sign": L.slogdet(a).sign}, rand(2, 0, 0), rand(2, 0, 3), rough=True)

batch, size = Dim("batch", min=1, max=16), Dim("size", min=2, max=64)
case("matrix-dynamic", lambda a: {
    "inverse": L.inv(a), "LU": L.lu_factor(a).LU, "cholesky": L.cholesky(positive(a)), "values": L.eigh(a + a.mT).eigenvalues, "singular": L.svd(a).S, "R": L.qr(a).R,
    "det": L.det(a), "pinv": L.pinv(a), "exponential": L.matrix_exp(a)},
    rand(3, 4, 4) + 2 * torch.eye(4), dynamic=({0: batch, 1: size, 2: size},), tests=[(rand(3, 4, 4) + 2 * torch.eye(4),), (rand(1, 7, 7, low=-0.5, high=0.5) + 2 * torch.eye(7),)], rough=True)
case("matrix-raising", lambda a: L.inv(a), rand(3, 3) + 2 * torch.eye(3), raises=[(torch.zeros(3, 3),)], core=True, rough=True)


def general(a):
    values, vectors = L.eig(a)
    return {"values": torch.view_as_real(values), "vectors": torch.view_as_real(vectors), "alone": torch.view_as_real(L.eigvals(a[0])), "magnitudes": L.eigvals(a + a.mT).abs()}


for name, dtype in (("", torch.float32), ("-float64", torch.float64)):
    case(f"matrix-general{name}", general, rand(3, 6, 6, dtype=dtype), core=True, rough=True)
