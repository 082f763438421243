"""Functions of mathematical physics, with their edges: 0, infinities, NaN, poles, and arguments where one way to compute them ends and another begins."""

import torch

from case import case, ints, rand

inf, nan = float("inf"), float("nan")


def functions(*names):
    return lambda x: {name: getattr(torch.special, name)(x) for name in names}


wide = torch.cat([rand(41, low=-30, high=30), torch.tensor([0.0, -0.0, 1e-20, 1e-9, 1, -1, 2, -2, 3.999, 4, 4.001, 8, 150, -150, inf, -inf, nan])])
positive = torch.cat([rand(37, low=0, high=20), torch.tensor([0.0, 1e-20, 1e-9, 1e-8, 0.5, 2, 3.999, 4, 4.001, 80, 700, 5000, -1, inf, nan])])

case("special-bessel", functions("bessel_j0", "bessel_j1", "spherical_bessel_j0"), wide)
case("special-bessel-second", functions("bessel_y0", "bessel_y1"), positive[:-2])
case("special-bessel-modified", functions("modified_bessel_k0", "modified_bessel_k1", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1"), positive)
case("special-bessel-modified-first", functions("modified_bessel_i0", "modified_bessel_i1"), wide[:-5])
case("special-bessel-float64", functions("bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "modified_bessel_k0", "modified_bessel_k1", "airy_ai"),
    rand(53, low=0, high=60).double())
case("special-airy", functions("airy_ai"), torch.cat([rand(61, low=-25, high=12), torch.tensor([0.0, 2, -2, 1.999, 2.001, -1.999, -2.001, 103, -300, nan])]))
case("special-ndtri", functions("ndtri"), torch.cat([rand(43, low=0, high=1), torch.tensor([0.0, 1, 0.5, 1e-38, 1e-20, 1e-5, 0.1, 0.9, 0.99999, -0.1, 1.1, nan])]))
case("special-ndtri-float64", functions("ndtri"), torch.cat([rand(29, low=0, high=1), torch.tensor([1e-300, 1e-30, 1e-9])]).double())

gammas = torch.cat([rand(31, low=-12, high=12), torch.tensor([0.5, 0.25, 1, 2, 9, 10, 40, 1e4, 1e-3, -0.3, -40.7])])
case("special-polygamma", lambda x: {f"n{n}": torch.polygamma(n, x) for n in (0, 1, 2, 3, 8, 30)}, gammas)
case("special-polygamma-poles", lambda x: {f"n{n}": torch.special.polygamma(n, x) for n in (2, 3)}, torch.tensor([0.0, -1, -2, -17, nan, -0.5]))
case("special-polygamma-float64", lambda x: {f"n{n}": torch.polygamma(n, x) for n in (2, 3, 8)}, rand(31, low=-12, high=12).double())
case("special-zeta", lambda s, q: {"both": torch.special.zeta(s, q), "self": torch.special.zeta(2.5, q.abs()), "other": torch.special.zeta(s, 0.75)},
    torch.cat([rand(17, low=1, high=20), torch.tensor([1.0, 0.5, 2, 3, 2.5, 2, 101])]), torch.cat([rand(17, low=0, high=20), torch.tensor([1.0, 1, -3, -3.5, -3.5, -300.25, 0.5])]))
case("special-igamma", lambda a, x: {"lower": torch.igamma(a, x), "upper": torch.igammac(a, x)}, torch.cat([rand(40, low=0, high=30),
    torch.tensor([0.0, 0, 1, -1, 1, inf, 1, inf, 1e-3, 1e-3, 200, 1000, 1000, 1e5, nan])]), torch.cat([rand(40, low=0, high=30),
    torch.tensor([0.0, 1, 0, 1, -1, 1, inf, inf, 1e-4, 2, 190, 900, 1100, 1e5, 1])]))
case("special-igamma-float64", lambda a, x: {"lower": torch.special.gammainc(a, x), "upper": torch.special.gammaincc(a, x)}, rand(40, low=0, high=30).double(),
    rand(40, low=0, high=30).double())

KINDS = "chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w"
SHIFTED = " ".join(f"shifted_{kind}" for kind in KINDS.split())
OTHERS = "hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p"
places = torch.cat([rand(30, low=-1.5, high=1.5), torch.tensor([1.0, -1, 0, 1, -1, 0.5, 2, -2, 1, -1])])
degrees = torch.cat([ints(30, low=0, high=9).float(), torch.tensor([0.0, 0, 1, 5, 5, -1, 2.7, 3, 6, 6])])
for name, kinds in (("chebyshev", KINDS), ("chebyshev-shifted", SHIFTED), ("recurrences", OTHERS)):
    case(f"special-polynomials-{name}", lambda x, n, kinds=kinds: {kind: getattr(torch.special, kind)(x, n) for kind in kinds.split()}, places, degrees)
case("special-polynomials-numbers", lambda x, n: {kind + form: function for kind in ("chebyshev_polynomial_u", "hermite_polynomial_he", "legendre_polynomial_p")
    for form, function in (("x", getattr(torch.special, kind)(0.3, n)), ("n", getattr(torch.special, kind)(x, 4)))}, places.double(), degrees.double())
