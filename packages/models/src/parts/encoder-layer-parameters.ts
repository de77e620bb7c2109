// How large a Transformer's layer is.

/** Parameters of a TransformerEncoderLayer: four projections, two linear layers, all with biases, and two norms. */
export const encoderLayerParameters = (width: number, feedForward: number = 4 * width): number =>
  4 * width * (width + 1) + (2 * width + 1) * feedForward + width + 2 * 2 * width;
