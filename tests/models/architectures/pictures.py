"""Models of pictures, and of pictures with text."""

import transformers

from tiny import PICTURE, TEXT, ids, image, image_and_text, text, tiny, tiny_each

tiny_each("""
    clip-vision         CLIPVision              Model
    data2vec-vision     Data2VecVision          Model
    deit                DeiT                    Model
    dinov2              Dinov2                  Model
    dinov2-registers    Dinov2WithRegisters     Model
    dinov3-vit          DINOv3ViT               Model
    ijepa               IJepa                   Model
    siglip-vision       SiglipVision            Model
    vit                 ViT                     Model
    vit-classifier      ViT                     ForImageClassification
    vit-msn             ViTMSN                  Model
    """, PICTURE, image(32))
tiny("beit", "Beit", "Model", PICTURE, image(32), use_relative_position_bias=True, use_mean_pooling=True)
tiny("dpt", "DPT", "ForDepthEstimation", PICTURE, image(32), num_hidden_layers=4, backbone_out_indices=[0, 1, 2, 3],
     neck_hidden_sizes=[8, 12, 16, 20], fusion_hidden_size=16, is_hybrid=False)
tiny("sam-vision", "SamVision", "Model", PICTURE, image(32), output_channels=8, window_size=2, global_attn_indexes=[1],
     initializer_range=0.02, num_pos_feats=8, mlp_dim=37)
tiny("yolos", "Yolos", "ForObjectDetection", PICTURE, image(32), image_size=[32, 32], num_detection_tokens=5)

SWIN = {
    "image_size": 32, "patch_size": 2, "num_channels": 3, "embed_dim": 16, "depths": [2, 1], "num_heads": [2, 4],
    "window_size": 4}
tiny_each("""
    donut-swin          DonutSwin       Model
    swin                Swin            Model
    swin-classifier     Swin            ForImageClassification
    swinv2              Swinv2          Model
    """, SWIN, image(32))
tiny("swin2sr", "Swin2SR", "ForImageSuperResolution", {}, image(16), image_size=16, patch_size=1, embed_dim=16, depths=[2],
     num_heads=[2], window_size=4, upscale=2)

STAGES = {"image_size": 64, "num_channels": 3, "hidden_sizes": [8, 12, 16, 20], "depths": [1, 1, 2, 1]}
tiny_each("""
    convnext            ConvNext        ForImageClassification
    convnextv2          ConvNextV2      ForImageClassification
    dinov3-convnext     DINOv3ConvNext  Model
    poolformer          PoolFormer      ForImageClassification
    """, STAGES, image(64))
tiny("bit", "Bit", "ForImageClassification", STAGES, image(64), hidden_sizes=[8, 16, 24, 32], embedding_size=8, num_groups=1,
     layer_type="preactivation")
tiny("cvt", "Cvt", "ForImageClassification", {}, image(64), embed_dim=[8, 16, 32], num_heads=[1, 2, 4], depth=[1, 2, 3])
tiny("efficientnet", "EfficientNet", "ForImageClassification", {}, image(64), image_size=64, width_coefficient=0.25,
     depth_coefficient=0.5, hidden_dim=320)
tiny("focalnet", "FocalNet", "ForImageClassification", {}, image(64), image_size=64, embed_dim=8, depths=[1, 1, 1, 1])
tiny("hiera", "Hiera", "ForImageClassification", {}, image(64), image_size=[64, 64], embed_dim=8, depths=[1, 1, 2, 1],
     num_heads=[1, 2, 4, 8])
tiny("levit", "Levit", "ForImageClassification", {}, image(64), image_size=64, hidden_sizes=[16, 32, 48],
     num_attention_heads=[2, 2, 2], depths=[1, 1, 1], key_dim=[8, 8, 8], patch_size=16)
tiny("mobilenet-v1", "MobileNetV1", "ForImageClassification", {}, image(64), depth_multiplier=0.25, image_size=64)
tiny("mobilenet-v2", "MobileNetV2", "ForImageClassification", {}, image(64), depth_multiplier=0.25, image_size=64)
MOBILE = {"image_size": 64, "hidden_sizes": [16, 20, 24], "neck_hidden_sizes": [8, 8, 12, 16, 16, 20, 24]}
tiny("mobilevit", "MobileViT", "ForImageClassification", MOBILE, image(64))
tiny("mobilevit-segmentation", "MobileViT", "ForSemanticSegmentation", MOBILE, image(64), aspp_out_channels=16)
tiny("mobilevitv2", "MobileViTV2", "ForImageClassification", {}, image(64), image_size=64, width_multiplier=0.25)
tiny("regnet", "RegNet", "ForImageClassification", STAGES, image(64), embedding_size=8, groups_width=4)
tiny("resnet", "ResNet", "ForImageClassification", STAGES, image(64), embedding_size=8)
tiny("swiftformer", "SwiftFormer", "ForImageClassification", {}, image(64), image_size=64, embed_dims=[8, 12, 16, 20],
     depths=[1, 1, 2, 1])
tiny("textnet", "TextNet", "ForImageClassification", {}, image(64), image_size=[64, 64])

ATTENTIVE_STAGES = {
    "image_size": 64, "hidden_sizes": [8, 16, 16, 32], "depths": [1, 1, 1, 1], "num_attention_heads": [1, 2, 2, 4]}
tiny_each("""
    pvt                 Pvt             ForImageClassification
    pvt-v2              PvtV2           ForImageClassification
    """, ATTENTIVE_STAGES, image(64))
tiny("glpn", "GLPN", "ForDepthEstimation", ATTENTIVE_STAGES, image(64), decoder_hidden_size=16)
tiny("segformer", "Segformer", "ForSemanticSegmentation", ATTENTIVE_STAGES, image(64), decoder_hidden_size=16)
tiny("detr", "Detr", "ForObjectDetection", {}, image(64), d_model=32, encoder_layers=1, decoder_layers=1,
     encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=37, decoder_ffn_dim=37, num_queries=5, backbone=None,
     backbone_config=transformers.ResNetConfig(**STAGES, embedding_size=8, out_features=["stage4"]), use_timm_backbone=False,
     use_pretrained_backbone=False)

PAIR = {"text_config": TEXT, "vision_config": PICTURE, "projection_dim": 16}
tiny("blip-retrieval", "Blip", "Model", PAIR, image_and_text, text_config=TEXT | {"encoder_hidden_size": 32, "use_cache": False})
tiny("chinese-clip", "ChineseCLIP", "Model", PAIR, image_and_text)
tiny("clip", "CLIP", "Model", PAIR, image_and_text)
tiny("clip-text", "CLIPText", "Model", TEXT, text)
tiny("clipseg", "CLIPSeg", "ForImageSegmentation", PAIR, image_and_text, extract_layers=[0, 1], reduce_dim=16)
tiny("siglip", "Siglip", "Model", {}, lambda batch=2, length=16: {"input_ids": ids(batch, 16)} | image(32)(batch),
     text_config=TEXT | {"max_position_embeddings": 16}, vision_config=PICTURE)
