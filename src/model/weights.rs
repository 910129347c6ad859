//! Reads the weights file: matrices as rows of 8-bit integers with one scale a
//! row, vectors as 32-bit floats.

use std::borrow::Cow;

use safetensors::{Dtype, SafeTensors};

/// The tensors of a model.
pub struct Weights<'b> {
    tensors: SafeTensors<'b>,
    /// The file, if it is built into the program: what stays as it is need not be copied.
    built_in: Option<&'static [u8]>,
}

/// A matrix of 8-bit integers with one scale a row.
pub struct Rows<'b> {
    values: Cow<'b, [i8]>,
    scales: Vec<f32>,
    cols: usize,
}

impl<'b> Weights<'b> {
    /// Opens the bytes of a weights file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn open(bytes: &'b [u8]) -> Result<Self, String> {
        let tensors = SafeTensors::deserialize(bytes).map_err(|fault| fault.to_string())?;
        Ok(Self { tensors, built_in: None })
    }

    /// Opens a weights file that is built into the program.
    ///
    /// # Errors
    /// As [`Weights::open`].
    pub fn open_built_in(bytes: &'static [u8]) -> Result<Weights<'static>, String> {
        Ok(Weights { built_in: Some(bytes), ..Weights::open(bytes)? })
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
    pub fn rows(&self, name: &str, rows: usize, cols: usize) -> Result<Rows<'b>, String> {
        let values = self.bytes(&format!("{name}.q"), Dtype::I8, &[rows, cols])?;
        let scales = self.floats(&format!("{name}.scale"), &[rows])?;
        Ok(Rows { values: Cow::Borrowed(bytemuck::cast_slice(values)), scales, cols })
    }

    /// The same, to be kept for good: a copy, unless the file is built in.
    ///
    /// # Errors
    /// As [`Weights::rows`].
    pub fn lasting_rows(&self, name: &str, rows: usize, cols: usize) -> Result<Rows<'static>, String> {
        let Rows { values, scales, .. } = self.rows(name, rows, cols)?;
        let within = |file: &'static [u8]| {
            let start = values.as_ptr().addr().checked_sub(file.as_ptr().addr())?;
            file.get(start..start + values.len())
        };
        let values = match self.built_in.and_then(within) {
            Some(bytes) => Cow::Borrowed(bytemuck::cast_slice(bytes)),
            None => Cow::Owned(values.into_owned()),
        };
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

impl Rows<'_> {
    /// Writes row `at` as floats to `out`.
    pub fn copy_row(&self, at: usize, out: &mut [f32]) {
        let (row, scale) = self.row(at);
        for (out, &value) in out.iter_mut().zip(row) {
            *out = f32::from(value) * scale;
        }
    }

    /// The integers of row `at`, and their scale.
    pub fn row(&self, at: usize) -> (&[i8], f32) {
        (&self.values[at * self.cols..][..self.cols], self.scales[at])
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.scales.len()
    }
}
