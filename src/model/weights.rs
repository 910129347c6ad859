//! Reads the weights file: matrices as rows of 8-bit integers with one scale a
//! row, vectors as 32-bit floats.

use candle_core::{Device, Tensor};
use safetensors::{Dtype, SafeTensors};

/// The tensors of a model.
pub struct Weights<'b> {
    tensors: SafeTensors<'b>,
}

/// A matrix of 8-bit integers with one scale a row.
pub struct Rows {
    values: Vec<i8>,
    scales: Vec<f32>,
    cols: usize,
}

impl<'b> Weights<'b> {
    /// Opens the bytes of a weights file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn open(bytes: &'b [u8]) -> Result<Self, String> {
        SafeTensors::deserialize(bytes).map(|tensors| Self { tensors }).map_err(|fault| fault.to_string())
    }

    /// The float vector or matrix `name`, which must have the shape `shape`.
    ///
    /// # Errors
    /// If it is missing or of another kind or shape.
    pub fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let bytes = self.bytes(name, Dtype::F32, shape)?;
        Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    /// The matrix `name`, stored as `name.q` and `name.scale`.
    ///
    /// # Errors
    /// If it is missing or of another kind or shape.
    pub fn rows(&self, name: &str, rows: usize, cols: usize) -> Result<Rows, String> {
        let values = self.bytes(&format!("{name}.q"), Dtype::I8, &[rows, cols])?;
        let values = values.iter().map(|&byte| byte.cast_signed()).collect();
        let scales = self.floats(&format!("{name}.scale"), &[rows])?;
        Ok(Rows { values, scales, cols })
    }

    fn bytes(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<&'b [u8], String> {
        let tensor = self.tensors.tensor(name).map_err(|_| format!("it has no tensor `{name}`"))?;
        if tensor.dtype() != dtype || tensor.shape() != shape {
            return Err(format!(
                "tensor `{name}` is {:?} {:?}, not {dtype:?} {shape:?}",
                tensor.dtype(),
                tensor.shape()
            ));
        }
        Ok(tensor.data())
    }
}

impl Rows {
    /// Writes row `at` as floats to `out`.
    pub fn copy_row(&self, at: usize, out: &mut [f32]) {
        let scale = self.scales[at];
        for (out, &value) in out.iter_mut().zip(&self.values[at * self.cols..]) {
            *out = f32::from(value) * scale;
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// The whole matrix as floats, turned to `cols × rows`: the product reads it
    /// row by row, which for a short batch is twice as fast.
    ///
    /// # Errors
    /// If candle cannot make the tensor.
    pub fn to_turned_tensor(&self, device: &Device) -> candle_core::Result<Tensor> {
        let rows = self.len();
        let mut out = vec![0.0; self.values.len()];
        for (row, (values, scale)) in self.values.chunks_exact(self.cols).zip(&self.scales).enumerate() {
            for (col, &value) in values.iter().enumerate() {
                out[col * rows + row] = f32::from(value) * scale;
            }
        }
        Tensor::from_vec(out, (self.cols, rows), device)
    }
}
