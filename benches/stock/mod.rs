//! The same encoder with candle's stock operators: padded batches, `gelu_erf`,
//! softmax over a masked square, layer norm from means. The peer of the bench.

use candle_core::{D, DType, Device, Tensor};
use crossbench::model::Folder;
use safetensors::SafeTensors;

const HEADS: usize = 12;
const LAYERS: usize = 6;
const EPS: f64 = 1e-12;

/// The stock encoder.
pub struct Encoder {
    words: Tensor,
    positions: Tensor,
    norm: (Tensor, Tensor),
    layers: Vec<[(Tensor, Tensor); 6]>,
    head: (Tensor, Tensor),
}

impl Encoder {
    /// Reads the weights of `folder` as 32-bit floats.
    pub fn load(folder: &Folder) -> Self {
        let file = SafeTensors::deserialize(folder.file("weights.safetensors")).expect("the weights are whole");
        let floats = |name: &str| {
            let view = file.tensor(name).expect("the tensor is there");
            let values: Vec<f32> =
                view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            Tensor::from_vec(values, view.shape(), &Device::Cpu).expect("a tensor")
        };
        let matrix = |name: &str| {
            let view = file.tensor(&format!("{name}.q")).expect("the tensor is there");
            let values: Vec<f32> = view.data().iter().map(|&b| f32::from(b.cast_signed())).collect();
            let rows = Tensor::from_vec(values, view.shape(), &Device::Cpu).expect("a tensor");
            rows.broadcast_mul(&floats(&format!("{name}.scale")).unsqueeze(1).expect("rows")).expect("scaled")
        };
        let dense =
            |name: String| (matrix(&format!("{name}.weight")).t().expect("a matrix"), floats(&format!("{name}.bias")));
        let norm = |name: String| (floats(&format!("{name}.weight")), floats(&format!("{name}.bias")));
        let layer = |n: usize| {
            let name = |part: &str| format!("layers.{n}.{part}");
            [
                dense(name("qkv")),
                dense(name("attention_out")),
                norm(name("attention_norm")),
                dense(name("ffn_in")),
                dense(name("ffn_out")),
                norm(name("ffn_norm")),
            ]
        };
        Self {
            words: matrix("embeddings.word.weight"),
            positions: floats("embeddings.position.weight"),
            norm: norm("embeddings.norm".to_owned()),
            layers: (0..LAYERS).map(layer).collect(),
            head: (floats("head.weight").t().expect("a matrix"), floats("head.bias")),
        }
    }

    /// Logits of windows, padded to the longest.
    pub fn forward(&self, windows: &[&[u32]]) -> Tensor {
        self.try_forward(windows).expect("the windows are sound")
    }

    fn try_forward(&self, windows: &[&[u32]]) -> candle_core::Result<Tensor> {
        let device = &Device::Cpu;
        let longest = windows.iter().map(|ids| ids.len()).max().unwrap_or(0);
        let pad = |ids: &&[u32]| ids.iter().copied().chain(std::iter::repeat(0)).take(longest).collect::<Vec<u32>>();
        let keep = |ids: &&[u32]| (0..longest).map(|at| f32::from(u8::from(at < ids.len()))).collect::<Vec<f32>>();
        let ids: Vec<u32> = windows.iter().flat_map(pad).collect();
        let mask: Vec<f32> = windows.iter().flat_map(keep).collect();
        let ids = Tensor::from_vec(ids, (windows.len(), longest), device)?;
        let mask = Tensor::from_vec(mask, (windows.len(), longest), device)?;
        let bias = ((mask.unsqueeze(1)?.unsqueeze(1)? - 1.0)? * 1e9)?;
        let words = self.words.embedding(&ids.flatten_all()?)?.reshape((windows.len(), longest, ()))?;
        let mut x = layer_norm(&words.broadcast_add(&self.positions.narrow(0, 0, longest)?)?, &self.norm)?;
        for [qkv, out, attention_norm, ffn_in, ffn_out, ffn_norm] in &self.layers {
            let context = attention(&dense(&x, qkv)?, &bias)?;
            x = layer_norm(&(x + dense(&context, out)?)?, attention_norm)?;
            let inner = dense(&x, ffn_in)?.gelu_erf()?;
            x = layer_norm(&(&x + dense(&inner, ffn_out)?)?, ffn_norm)?;
        }
        let mask = mask.unsqueeze(2)?;
        let mean = x.broadcast_mul(&mask)?.sum(1)?.broadcast_div(&mask.sum(1)?)?;
        mean.matmul(&self.head.0)?.broadcast_add(&self.head.1)
    }
}

fn dense(x: &Tensor, (weight, bias): &(Tensor, Tensor)) -> candle_core::Result<Tensor> {
    let (batch, tokens, inner) = x.dims3()?;
    x.reshape((batch * tokens, inner))?.matmul(weight)?.broadcast_add(bias)?.reshape((batch, tokens, ()))
}

fn attention(qkv: &Tensor, bias: &Tensor) -> candle_core::Result<Tensor> {
    let (batch, tokens, width) = qkv.dims3()?;
    let size = width / 3 / HEADS;
    let part = |which: usize| {
        let part = qkv.narrow(2, which * HEADS * size, HEADS * size)?;
        part.reshape((batch, tokens, HEADS, size))?.transpose(1, 2)?.contiguous()
    };
    let scores = (part(0)?.matmul(&part(1)?.t()?)? / (size as f64).sqrt())?.broadcast_add(bias)?;
    let top = scores.max_keepdim(D::Minus1)?;
    let raised = scores.broadcast_sub(&top)?.exp()?;
    let weights = raised.broadcast_div(&raised.sum_keepdim(D::Minus1)?)?;
    weights.matmul(&part(2)?)?.transpose(1, 2)?.reshape((batch, tokens, HEADS * size))
}

fn layer_norm(x: &Tensor, (weight, bias): &(Tensor, Tensor)) -> candle_core::Result<Tensor> {
    let x = x.to_dtype(DType::F32)?;
    let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    let scale = (centred.sqr()?.mean_keepdim(D::Minus1)? + EPS)?.sqrt()?;
    centred.broadcast_div(&scale)?.broadcast_mul(weight)?.broadcast_add(bias)
}
