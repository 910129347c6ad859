//! The encoder's steps as candle operators, over posts laid end to end without
//! padding: a tensor of `tokens × features`, and the lengths of the posts.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, bail};

use super::kernels::{self, View};
use super::layers::Norm;

/// `x · w + b`, then GELU if asked. `x`: tokens × k, `w`: k × n, `b`: n.
pub fn linear(x: &Tensor, weight: &Tensor, bias: &Tensor, gelu: bool) -> Result<Tensor> {
    x.apply_op3_no_bwd(weight, bias, &Affine { gelu })
}

/// Self-attention inside each post. `qkv`: tokens × 3·hidden (queries, keys, values).
pub fn attention(qkv: &Tensor, lengths: &[usize], heads: usize) -> Result<Tensor> {
    qkv.apply_op1_no_bwd(&Attention { lengths, heads })
}

/// Layer norm of `x + y`, both tokens × hidden.
pub fn add_norm(x: &Tensor, y: &Tensor, norm: &Norm) -> Result<Tensor> {
    x.apply_op2_no_bwd(y, norm)
}

struct Affine {
    gelu: bool,
}

struct Attention<'l> {
    lengths: &'l [usize],
    heads: usize,
}

fn slice<'s>(storage: &'s CpuStorage, layout: &Layout) -> Result<&'s [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else { bail!("the encoder's tensors are contiguous") };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

impl CustomOp3 for Affine {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (tokens, inner) = x_layout.shape().dims2()?;
        let (_, cols) = weight_layout.shape().dims2()?;
        let bias = slice(bias, bias_layout)?;
        let mut out = bias.repeat(tokens);
        kernels::add_product(
            (&mut out, View::dense(tokens, cols)),
            (slice(x, x_layout)?, View::dense(tokens, inner)),
            (slice(weight, weight_layout)?, View::dense(inner, cols)),
            false,
        );
        if self.gelu {
            kernels::gelu(&mut out);
        }
        Ok((CpuStorage::F32(out), Shape::from((tokens, cols))))
    }
}

impl CustomOp1 for Attention<'_> {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(&self, qkv: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (tokens, width) = layout.shape().dims2()?;
        if self.lengths.iter().sum::<usize>() != tokens {
            bail!("the lengths of the posts do not add up to the tokens");
        }
        let hidden = width / 3;
        let size = hidden / self.heads;
        let qkv = slice(qkv, layout)?;
        let mut out = vec![0.0; tokens * hidden];
        let mut scores = Vec::new();
        let scale = 1.0 / (size as f32).sqrt();
        let mut first = 0;
        for &length in self.lengths {
            for head in 0..self.heads {
                let part = |which: usize| View {
                    offset: first * width + which * hidden + head * size,
                    rows: length,
                    cols: size,
                    stride: width,
                };
                scores.clear();
                scores.resize(length * length, 0.0);
                let square = View::dense(length, length);
                kernels::add_product((&mut scores, square), (qkv, part(0)), (qkv, part(1)), true);
                kernels::softmax_rows(&mut scores, length, scale);
                let place = View { offset: first * hidden + head * size, rows: length, cols: size, stride: hidden };
                kernels::add_product((&mut out, place), (&scores, square), (qkv, part(2)), false);
            }
            first += length;
        }
        Ok((CpuStorage::F32(out), Shape::from((tokens, hidden))))
    }
}

impl CustomOp2 for Norm {
    fn name(&self) -> &'static str {
        "add-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        y: &CpuStorage,
        y_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let mut out: Vec<f32> = slice(x, x_layout)?.iter().zip(slice(y, y_layout)?).map(|(x, y)| x + y).collect();
        kernels::norm_rows(&mut out, &self.weight, &self.bias, self.eps);
        Ok((CpuStorage::F32(out), x_layout.shape().clone()))
    }
}
