// The cart and its pole: the equations, and the numbers, that the policy was trained with (train.py).
const [gravity, cart, pole, half, step] = [9.8, 1.0, 0.1, 0.5, 0.02];

/** Seconds from one decision to the next. */
export const stepSeconds = step;

/** A step under a force in newtons. The state is position (m), speed, angle (rad, 0 is upright) and its speed. */
export function advance([x, speed, angle, turn], force) {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const pushed = (force + pole * half * turn * turn * sin) / (cart + pole);
  const turning = (gravity * sin - cos * pushed) / (half * (4 / 3 - (pole * cos * cos) / (cart + pole)));
  const moving = pushed - (pole * half * turning * cos) / (cart + pole);
  const [nextSpeed, nextTurn] = [speed + step * moving, turn + step * turning];
  return [x + step * nextSpeed, nextSpeed, angle + step * nextTurn, nextTurn];
}
