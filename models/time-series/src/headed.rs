//! What every model with a head on a backbone can do with its backbone.

/// Implements it for a model whose backbone is its field `model`.
macro_rules! impl_backbone {
    ($model:ty) => {
        impl $model {
            /// The configuration of the model.
            pub fn config(&self) -> &$crate::TsMixerConfig {
                self.model.config()
            }

            /// The backbone alone, for `load_backbone` of a model with another head.
            pub fn into_backbone(self) -> $crate::TsMixerModel {
                self.model
            }

            /// Takes the weights of a pretrained backbone, on the device of this model; the head stays as it is.
            ///
            /// # Errors
            ///
            /// Names a field of the configuration in which the backbones differ.
            pub fn load_backbone(
                mut self,
                pretrained: $crate::TsMixerModel,
            ) -> Result<Self, $crate::ConfigError> {
                self.model = self.model.adopt(pretrained)?;
                Ok(self)
            }

            /// Excludes the backbone from training: no gradients, no dropout and no new running statistics in it.
            pub fn freeze_backbone(mut self) -> Self {
                self.model = burn::module::Module::freeze(self.model);
                self
            }
        }
    };
}

pub(crate) use impl_backbone;
