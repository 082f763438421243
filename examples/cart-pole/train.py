"""Trains a policy that balances a pole on a cart, and exports it as policy.pt2.

    ../shared/pytorch/python examples/cart-pole/train.py

The equations of the cart are differentiable, so the policy learns by gradients through whole episodes: what a push does
to the angle two seconds later is what its weights are corrected by. A minute or two on one core. Writes, beside this
script: policy.pt2, policy.npz (what `sconce verify` compares), steps.npz (a step of the equations, for the page's) and
metrics.json, which counts episodes from states that training never saw.
"""

import json
import math
import pathlib
import time

import numpy
import torch
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20260101

# Barto, Sutton and Anderson's cart, as in Gymnasium's CartPole; cart.js has the same numbers.
GRAVITY, CART, POLE, HALF, STEP, MOST = 9.8, 1.0, 0.1, 0.5, 0.02, 20.0


def advance(state, force):
    """One fiftieth of a second: position, speed, angle (0 is upright) and its speed, under a force in newtons."""
    x, speed, angle, turn = state.unbind(-1)
    sin, cos = angle.sin(), angle.cos()
    pushed = (force + POLE * HALF * turn.square() * sin) / (CART + POLE)
    turning = (GRAVITY * sin - cos * pushed) / (HALF * (4 / 3 - POLE * cos.square() / (CART + POLE)))
    moving = pushed - POLE * HALF * turning * cos / (CART + POLE)
    speed, turn = speed + STEP * moving, turn + STEP * turning
    return torch.stack((x + STEP * speed, speed, angle + STEP * turn, turn), -1)


class Policy(nn.Module):
    """Position (m), speed, angle (rad) and its speed in, the force on the cart (-20 to 20 N) out."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))

    def forward(self, state):
        return {"force": MOST * self.layers(state).tanh()}


def starts(count, generator, reach=1.0):
    limits = torch.tensor([1.6, 1.0, 0.5, 1.0]) * reach
    return (torch.rand(count, 4, generator=generator) * 2 - 1) * limits


def train(policy, generator, rounds=600, batch=128, least=15, most=120):
    """Short episodes first: gradients through the fall of a pole that nobody holds yet say nothing."""
    optimiser = torch.optim.Adam(policy.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, rounds)
    for turn in range(rounds):
        ease = min(1.0, turn / (rounds / 2))
        steps = round(least + (most - least) * ease)
        state, cost = starts(batch, generator, 0.2 + 0.8 * ease), 0.0
        standing = torch.ones(batch)
        for step in range(steps):
            force = policy(state)["force"].squeeze(-1)
            state = advance(state, force + torch.randn(batch, generator=generator))
            x, speed, angle, turning = state.unbind(-1)
            cost = cost + (standing * (angle.square() + 0.05 * x.square() + 0.02 * speed.square() + 0.01 * turning.square() + 1e-4 * force.square())).mean()
            # One that has fallen teaches nothing more in this episode than that it fell.
            standing = standing * (angle.detach().abs() < 1.0) * (x.detach().abs() < 4)
        cost = cost / steps
        optimiser.zero_grad()
        cost.backward()
        nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if turn % 50 == 49:
            print(f"{turn + 1} of {rounds}: cost {cost.item():.4f}, {100 * standing.mean().item():.0f} % standing after {steps} steps", flush=True)


@torch.no_grad()
def balanced(policy, generator, count=1000, steps=500):
    """What share of episodes keeps the pole within 12 degrees of upright and the cart within 2.4 m for the last eight of ten seconds."""
    state, good = starts(count, generator), torch.ones(count, dtype=torch.bool)
    for step in range(steps):
        state = advance(state, policy(state)["force"].squeeze(-1))
        if step >= 100:
            good &= (state[:, 2].abs() < math.radians(12)) & (state[:, 0].abs() < 2.4)
    return good.float().mean().item()


def main():
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    policy, started = Policy(), time.process_time()
    train(policy, generator)
    seconds = time.process_time() - started
    metrics = {
        "episodes": 1000, "balanced": round(balanced(policy, torch.Generator().manual_seed(SEED + 1)), 3),
        "parameters": sum(p.numel() for p in policy.parameters()), "seed": SEED, "seconds": round(seconds)}
    print(metrics)

    policy.eval()
    example = starts(7, torch.Generator().manual_seed(SEED + 2))
    program = torch.export.export(policy, (example,), dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=64)},), strict=False)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
    program._example_inputs = None
    torch.export.save(program, str(HERE / "policy.pt2"))
    with torch.no_grad():
        force = policy(example)["force"]
    numpy.savez(HERE / "policy.npz", in0=example.numpy(), out0=force.numpy())
    numpy.savez(HERE / "steps.npz", state=example.numpy(), force=force.numpy(), next=advance(example, force.squeeze(-1)).numpy())
    (HERE / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")


if __name__ == "__main__":
    main()
