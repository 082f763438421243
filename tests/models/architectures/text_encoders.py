"""Encoders of text."""

import torch

from tiny import TEXT, only_ids, text, text_with_types, tiny, tiny_each

tiny_each("""
    bert                    Bert            Model
    bert-classifier         Bert            ForSequenceClassification
    bert-masked             Bert            ForMaskedLM
    bert-question           Bert            ForQuestionAnswering
    ernie                   Ernie           Model
    megatron-bert           MegatronBert    Model
    splinter                Splinter        Model
    """, TEXT, text_with_types)
tiny_each("""
    albert                  Albert          Model
    electra                 Electra         Model
    roformer                RoFormer        Model
    """, TEXT | {"embedding_size": 32}, text_with_types)
tiny_each("""
    camembert               Camembert           Model
    data2vec-text           Data2VecText        Model
    deberta                 Deberta             Model
    eurobert                EuroBert            Model
    ibert                   IBert               Model
    mpnet                   MPNet               Model
    roberta                 Roberta             Model
    roberta-prelayernorm    RobertaPreLayerNorm Model
    roberta-tagger          Roberta             ForTokenClassification
    xlm-roberta             XLMRoberta          Model
    """, TEXT, text)
tiny("canine", "Canine", "Model", TEXT, lambda batch=2, length=16: text_with_types(batch, 16), downsampling_rate=4,
     local_transformer_stride=8, num_hash_buckets=32)
tiny("convbert", "ConvBert", "Model", TEXT, text_with_types, embedding_size=16, head_ratio=2, conv_kernel_size=3)
tiny("deberta-v2", "DebertaV2", "Model", TEXT, text, relative_attention=True, pos_att_type=["p2c", "c2p"],
     position_biased_input=False, position_buckets=8, norm_rel_ebd="layer_norm", share_att_key=True)
tiny("distilbert", "DistilBert", "Model", {}, text, vocab_size=99, dim=32, n_layers=2, n_heads=4, hidden_dim=37,
     max_position_embeddings=64)
tiny("esm", "Esm", "Model", TEXT, text, mask_token_id=4, position_embedding_type="rotary", token_dropout=True)
tiny("fnet", "FNet", "Model", TEXT, only_ids)
tiny("funnel", "Funnel", "Model", {}, text, vocab_size=99, block_sizes=[1, 1], num_decoder_layers=1, d_model=32, n_head=4,
     d_head=8, d_inner=37)
tiny("mobilebert", "MobileBert", "Model", TEXT, text_with_types, embedding_size=16, intra_bottleneck_size=16, true_hidden_size=16)
tiny("modernbert", "ModernBert", "Model", TEXT, text, global_attn_every_n_layers=2, local_attention=4, cls_token_id=1,
     sep_token_id=2)
tiny("rembert", "RemBert", "Model", TEXT, text_with_types, input_embedding_size=24, output_embedding_size=24)
tiny("squeezebert", "SqueezeBert", "Model", TEXT, text_with_types, embedding_size=32, q_groups=2, k_groups=2, v_groups=2,
     post_attention_groups=1, intermediate_size=64, intermediate_groups=4, output_groups=4)
tiny("xlnet", "XLNet", "Model", {}, text, vocab_size=99, d_model=32, n_layer=2, n_head=4, d_inner=37, use_mems_eval=False)


def text_with_boxes(batch=2, length=9):
    boxes = torch.arange(4 * length).view(1, length, 4).expand(batch, -1, -1).contiguous()
    return text_with_types(batch, length) | {"bbox": boxes}


tiny("layoutlm", "LayoutLM", "Model", TEXT, text_with_boxes, max_2d_position_embeddings=64)
