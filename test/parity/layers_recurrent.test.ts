// Recurrent networks with PyTorch's weights: outputs, final states, and gradients.
import { GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell } from "@agon/nn";
import { checkModule, describeOnBackends, type Params } from "./differentiated.ts";

const sizes = (params: Params): [number, number] => [params.input_size as number, params.hidden_size as number];

const options = (params: Params) => ({
  layers: params.num_layers as number,
  bidirectional: params.bidirectional as boolean,
  batchFirst: params.batch_first as boolean,
  nonlinearity: params.nonlinearity as "tanh",
});

describeOnBackends("layers_recurrent", {
  RNN: checkModule(
    (params) => new RNN(...sizes(params), options(params)),
    (rnn, { x, h0 }) => {
      const { output, hidden } = rnn.forward(x, { hidden: h0 });
      return { output, h_n: hidden };
    },
  ),
  GRU: checkModule(
    (params) => new GRU(...sizes(params), options(params)),
    (gru, { x, h0 }) => {
      const { output, hidden } = gru.forward(x, { hidden: h0 });
      return { output, h_n: hidden };
    },
  ),
  LSTM: checkModule(
    (params) => new LSTM(...sizes(params), options(params)),
    (lstm, { x, h0, c0 }) => {
      const { output, hidden, cell } = lstm.forward(x, { hidden: h0, cell: c0 });
      return { output, h_n: hidden, c_n: cell };
    },
  ),
  RNNCell: checkModule(
    (params) => new RNNCell(...sizes(params)),
    (cell, { x, h }) => ({ h: cell.forward(x, h) }),
  ),
  GRUCell: checkModule(
    (params) => new GRUCell(...sizes(params)),
    (cell, { x, h }) => ({ h: cell.forward(x, h) }),
  ),
  LSTMCell: checkModule(
    (params) => new LSTMCell(...sizes(params)),
    (lstm, { x, h, c }) => {
      const { hidden, cell } = lstm.forward(x, { hidden: h, cell: c });
      return { h: hidden, c: cell };
    },
  ),
});
