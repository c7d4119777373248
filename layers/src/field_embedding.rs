//! Embeddings of categorical fields: one table of rows, in which each field has a range of its own unless it shares another's.

use burn::{
    config::Config,
    module::{Initializer, Module, Param},
    tensor::{Device, Int, Tensor, TensorData, module::embedding},
};
use serde::{Deserialize, Serialize};

use crate::{ConfigError, check_range};

/// A categorical field: ids `0..vocab_size`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// Its name, for messages.
    pub name: String,
    /// How many ids it has.
    pub vocab_size: usize,
    /// The field whose vocabulary and rows it uses instead of own ones, by its index.
    #[serde(default)]
    pub shares: Option<usize>,
}

impl FieldSpec {
    /// A field with rows of its own.
    pub fn new(name: impl Into<String>, vocab_size: usize) -> Self {
        Self { name: name.into(), vocab_size, shares: None }
    }

    /// The same with the rows of field `index`.
    pub fn sharing(self, index: usize) -> Self {
        Self { shares: Some(index), ..self }
    }

    /// Refuses ids that their field does not have.
    ///
    /// `ids` holds the ids of all `fields`, sample by sample.
    ///
    /// # Errors
    ///
    /// Names the field, the first such id and the size of the vocabulary.
    pub fn check_ids(fields: &[Self], ids: &[u32]) -> Result<(), ConfigError> {
        for (field, &id) in fields.iter().cycle().zip(ids) {
            if id as usize >= field.vocab_size {
                let allowed = format!("below its vocabulary size {}", field.vocab_size);
                return Err(ConfigError::new(&field.name, id, allowed));
            }
        }
        Ok(())
    }
}

/// Configuration of a [`FieldEmbedding`].
#[derive(Config, Debug, PartialEq)]
pub struct FieldEmbeddingConfig {
    /// The fields, at least one.
    pub fields: Vec<FieldSpec>,
    /// Numbers in the embedding of an id.
    pub embedding_dim: usize,
    /// Standard deviation of the initial rows; 1e-4 as in FuxiCTR.
    #[config(default = 1e-4)]
    pub init_std: f64,
}

impl FieldEmbeddingConfig {
    /// Checks every field.
    ///
    /// # Errors
    ///
    /// If there is no field, a vocabulary or the dimension is empty, or a field shares rows that are not there.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("embedding_dim", self.embedding_dim, 1..=1 << 16)?;
        if !(self.init_std.is_finite() && self.init_std >= 0.0) {
            return Err(ConfigError::new("init_std", self.init_std, "0 or more"));
        }
        if self.fields.is_empty() {
            return Err(ConfigError::new("fields", "[]", "at least one field"));
        }
        for field in &self.fields {
            let key = |part| format!("fields.{}.{part}", field.name);
            check_range(&key("vocab_size"), field.vocab_size, 1..=1 << 31)?;
            let Some(index) = field.shares else { continue };
            let Some(shared) = self.fields.get(index).filter(|shared| shared.shares.is_none()) else {
                return Err(ConfigError::new(
                    key("shares"),
                    index,
                    "the index of a field with rows of its own",
                ));
            };
            if shared.vocab_size != field.vocab_size {
                let allowed = format!("{}, that of {}, which it shares", shared.vocab_size, shared.name);
                return Err(ConfigError::new(key("vocab_size"), field.vocab_size, allowed));
            }
        }
        Ok(())
    }

    /// The first row of each field.
    fn offsets(&self) -> Vec<usize> {
        let mut rows = 0;
        let mut offsets: Vec<usize> = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            offsets.push(rows);
            rows += if field.shares.is_none() { field.vocab_size } else { 0 };
        }
        self.fields.iter().enumerate().map(|(index, field)| offsets[field.shares.unwrap_or(index)]).collect()
    }

    /// The rows of the table.
    pub fn num_rows(&self) -> usize {
        self.fields.iter().filter(|field| field.shares.is_none()).map(|field| field.vocab_size).sum()
    }

    /// The parameters of the table.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        Ok(self.num_rows() * self.embedding_dim)
    }

    /// The table, normal with standard deviation `init_std`.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<FieldEmbedding, ConfigError> {
        self.validate()?;
        let initializer = Initializer::Normal { mean: 0.0, std: self.init_std };
        Ok(FieldEmbedding {
            table: initializer.init([self.num_rows(), self.embedding_dim], device),
            offsets: self.offsets(),
        })
    }
}

/// One table `[rows, d]` with an offset for each field; fields that share rows have the same offset.
#[derive(Module, Debug)]
pub struct FieldEmbedding {
    table: Param<Tensor<2>>,
    #[module(skip)]
    offsets: Vec<usize>,
}

impl FieldEmbedding {
    /// The embedding of each field's id.
    ///
    /// # Shapes
    ///
    /// - ids: `[batch, fields]`, each below its field's vocabulary size (see [`FieldSpec::check_ids`])
    /// - output: `[batch, fields, d]`
    ///
    /// # Panics
    ///
    /// If there are ids of another number of fields.
    pub fn forward(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        let (shape, fields) = (ids.dims(), self.offsets.len());
        assert!(shape[1] == fields, "ids of shape {shape:?} for {fields} fields");
        embedding(self.table.val(), self.rows(ids, &self.offsets))
    }

    /// The embeddings of sequences whose elements have several parts, one beside the other.
    ///
    /// # Shapes
    ///
    /// - fields: the field that each of the K parts is read from
    /// - ids: `[batch, length, K]`
    /// - output: `[batch, length, K * d]`
    ///
    /// # Panics
    ///
    /// If there are not as many fields as parts, or a field is not there.
    pub fn lookup(&self, fields: &[usize], ids: Tensor<3, Int>) -> Tensor<3> {
        let [batch, length, parts] = ids.dims();
        assert!(parts == fields.len(), "ids of shape {:?} for {} parts", ids.dims(), fields.len());
        let offsets: Vec<usize> = fields.iter().map(|&field| self.offsets[field]).collect();
        let rows = self.rows(ids.reshape([batch * length, parts]), &offsets);
        embedding(self.table.val(), rows).reshape([batch, length, parts * self.dim()])
    }

    /// Local ids `[n, parts]` as rows of the table.
    fn rows(&self, ids: Tensor<2, Int>, offsets: &[usize]) -> Tensor<2, Int> {
        if offsets.iter().all(|&offset| offset == 0) {
            return ids;
        }
        let offsets: Vec<i64> = offsets.iter().map(|&offset| offset as i64).collect();
        let shape = [1, offsets.len()];
        let offsets = Tensor::<2, Int>::from_data(TensorData::new(offsets, shape), &ids.device());
        ids + offsets
    }

    /// The first row of each field.
    pub fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// The rows of the table.
    pub fn num_rows(&self) -> usize {
        self.table.lazy_shape()[0]
    }

    /// Numbers in a row.
    pub fn dim(&self) -> usize {
        self.table.lazy_shape()[1]
    }

    /// The table, `[rows, d]`.
    pub fn table(&self) -> Tensor<2> {
        self.table.val()
    }

    /// The same fields over the given rows `[u, d]` only: ids are then positions in them, for every field. This is what makes a
    /// training step cost as much as the rows it touches.
    ///
    /// The rows are a leaf: their gradient, where there is one, is that of the parameter, which keeps its identity ([`id`](Self::id)).
    pub fn with_rows(&self, rows: Tensor<2>) -> Self {
        let rows = if rows.is_autodiff() { rows.detach().require_grad() } else { rows };
        Self { table: Param::initialized(self.table.id, rows), offsets: vec![0; self.offsets.len()] }
    }

    /// The identity of the table among a model's parameters.
    pub fn id(&self) -> burn::module::ParamId {
        self.table.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::optim::GradientsParams;

    /// Users 0..3 and items 3..7, which the last field shares.
    fn config() -> FieldEmbeddingConfig {
        let fields =
            vec![FieldSpec::new("user", 3), FieldSpec::new("item", 4), FieldSpec::new("last", 4).sharing(1)];
        FieldEmbeddingConfig::new(fields, 2)
    }

    /// Row r of the table is (r, r / 10).
    fn numbered(device: &Device) -> FieldEmbedding {
        let embedding = config().init(device).unwrap();
        let rows: Vec<f32> = (0..7).flat_map(|row| [row as f32, row as f32 / 10.0]).collect();
        let table = Tensor::from_data(TensorData::new(rows, [7, 2]), device);
        FieldEmbedding { table: embedding.table.map(|_| table), ..embedding }
    }

    #[test]
    fn fields_read_their_own_rows_or_those_they_share() {
        let device = Device::flex();
        let embedding = numbered(&device);
        assert_eq!((embedding.offsets(), embedding.num_rows(), embedding.dim()), (&[0, 3, 3][..], 7, 2));
        assert_eq!(embedding.num_params(), config().num_params().unwrap());
        let ids = Tensor::<2, Int>::from_data([[2, 0, 3], [0, 1, 1]], &device);
        let expected = TensorData::from([
            [[2.0_f32, 0.2], [3.0, 0.3], [6.0, 0.6]],
            [[0.0, 0.0], [4.0, 0.4], [4.0, 0.4]],
        ]);
        embedding.forward(ids).into_data().assert_eq(&expected, true);
        let history = Tensor::<3, Int>::from_data([[[1, 2], [3, 0]]], &device);
        let expected = TensorData::from([[[4.0_f32, 0.4, 2.0, 0.2], [6.0, 0.6, 0.0, 0.0]]]);
        embedding.lookup(&[2, 0], history).into_data().assert_eq(&expected, true);
    }

    #[test]
    fn gathered_rows_give_the_same_values_and_take_the_gradient() {
        let device = Device::flex().autodiff();
        let embedding = numbered(&device);
        let ids = Tensor::<2, Int>::from_data([[2, 0, 3], [0, 0, 3]], &device);
        let whole = embedding.forward(ids);
        // Rows 0, 2, 3 and 6 of the table; user 2 is at position 1, item 0 at 2, item 3 at 3.
        let rows = embedding.table().select(0, Tensor::<1, Int>::from_data([0, 2, 3, 6], &device));
        let compact = embedding.with_rows(rows);
        let positions = Tensor::<2, Int>::from_data([[1, 2, 3], [0, 2, 3]], &device);
        let part = compact.forward(positions);
        part.to_data().assert_eq(&whole.to_data(), true);
        let gradients = GradientsParams::from_grads(part.sum().backward(), &compact);
        let gradient = gradients.get::<2>(embedding.id()).unwrap().into_data();
        gradient.assert_eq(&TensorData::from([[1.0_f32, 1.0], [1.0, 1.0], [2.0, 2.0], [2.0, 2.0]]), true);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let message = |change: fn(&mut FieldEmbeddingConfig)| {
            let mut config = config();
            change(&mut config);
            config.init(&Device::flex()).unwrap_err().to_string()
        };
        assert_eq!(message(|c| c.fields.clear()), "fields = []: must be at least one field");
        assert_eq!(message(|c| c.embedding_dim = 0), "embedding_dim = 0: must be between 1 and 65536");
        assert_eq!(message(|c| c.init_std = -1.0), "init_std = -1: must be 0 or more");
        assert_eq!(
            message(|c| c.fields[0].vocab_size = 0),
            "fields.user.vocab_size = 0: must be between 1 and 2147483648"
        );
        let no_rows = "fields.user.shares = 2: must be the index of a field with rows of its own";
        assert_eq!(message(|c| c.fields[0].shares = Some(2)), no_rows);
        assert_eq!(
            message(|c| c.fields[2].vocab_size = 5),
            "fields.last.vocab_size = 5: must be 4, that of item, which it shares"
        );
    }

    #[test]
    fn an_id_beyond_its_vocabulary_is_named() {
        let fields = config().fields;
        assert_eq!(FieldSpec::check_ids(&fields, &[2, 3, 3, 0, 0, 0]), Ok(()));
        let error = FieldSpec::check_ids(&fields, &[2, 3, 3, 0, 4, 0]).unwrap_err();
        assert_eq!(error.to_string(), "item = 4: must be below its vocabulary size 4");
    }
}
