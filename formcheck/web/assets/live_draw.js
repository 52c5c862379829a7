// The skeleton over the camera's picture, drawn as soon as the model has seen it.

const SEEN = 0.5; // visibility from which a joint is drawn
const BONES = [
  [11, 12], [11, 23], [12, 24], [23, 24], [11, 13], [13, 15], [12, 14], [14, 16], [23, 25], [25, 27], [24, 26],
  [26, 28], [27, 29], [29, 31], [27, 31], [28, 30], [30, 32], [28, 32], [7, 11], [8, 12],
];
const JOINTS = [...new Set(BONES.flat())];

/** points: 33 times x, y in shares of the picture, z, visibility; null clears. */
export function skeleton(canvas, points) {
  const pencil = canvas.getContext("2d"), { width, height } = canvas;
  pencil.clearRect(0, 0, width, height);
  if (!points) return;
  const at = (j) => [points[4 * j] * width, points[4 * j + 1] * height], seen = (j) => points[4 * j + 3] >= SEEN;
  const thick = Math.max(3, 0.006 * Math.max(width, height));
  pencil.lineCap = "round";
  for (const [colour, wide] of [["rgba(10,20,22,.55)", 2 * thick], ["#40e0d0", thick]]) {
    pencil.strokeStyle = colour;
    pencil.lineWidth = wide;
    pencil.beginPath();
    for (const [a, b] of BONES) if (seen(a) && seen(b)) {
      pencil.moveTo(...at(a));
      pencil.lineTo(...at(b));
    }
    pencil.stroke();
  }
  pencil.fillStyle = "#ffffff";
  for (const joint of JOINTS) if (seen(joint)) {
    pencil.beginPath();
    pencil.arc(...at(joint), 0.9 * thick, 0, 7);
    pencil.fill();
  }
}
