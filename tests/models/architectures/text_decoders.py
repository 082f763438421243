"""Causal language models: attention, mixtures of experts, state spaces."""

from tiny import TEXT, only_ids, text, tiny, tiny_each

DECODER = TEXT | {"num_key_value_heads": 2, "use_cache": False}
GPT = {
    "vocab_size": 99, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "bos_token_id": 1, "eos_token_id": 2,
    "use_cache": False}
EXPERTS = {"experts_implementation": "batched_mm", "num_experts_per_tok": 2, "intermediate_size": 40}
STATES = {"vocab_size": 99, "hidden_size": 16, "state_size": 4, "num_hidden_layers": 2, "use_cache": False}

tiny_each("""
    apertus         Apertus         ForCausalLM
    arcee           Arcee           ForCausalLM
    biogpt          BioGpt          ForCausalLM
    cohere          Cohere          ForCausalLM
    ernie4-5        Ernie4_5        ForCausalLM
    gpt-neox        GPTNeoX         ForCausalLM
    granite         Granite         ForCausalLM
    llama           Llama           ForCausalLM
    llama-classifier Llama          ForSequenceClassification
    nemotron        Nemotron        ForCausalLM
    olmo            Olmo            ForCausalLM
    olmo2           Olmo2           ForCausalLM
    persimmon       Persimmon       ForCausalLM
    phi             Phi             ForCausalLM
    phi3            Phi3            ForCausalLM
    qwen2           Qwen2           ForCausalLM
    smollm3         SmolLM3         ForCausalLM
    stablelm        StableLm        ForCausalLM
    starcoder2      Starcoder2      ForCausalLM
    """, DECODER, text)
tiny_each("""
    gemma           Gemma           ForCausalLM
    glm             Glm             ForCausalLM
    helium          Helium          ForCausalLM
    qwen3           Qwen3           ForCausalLM
    seed-oss        SeedOss         ForCausalLM
    """, DECODER | {"head_dim": 8}, text)
tiny_each("""
    gpt2            GPT2            LMHeadModel
    gpt-bigcode     GPTBigCode      ForCausalLM
    openai-gpt      OpenAIGPT       LMHeadModel
    """, GPT, text)
tiny("codegen", "CodeGen", "ForCausalLM", GPT, text, rotary_dim=4)
tiny("gptj", "GPTJ", "ForCausalLM", GPT, text, rotary_dim=4)
tiny("gpt-neo", "GPTNeo", "ForCausalLM", {}, text, vocab_size=99, hidden_size=32, num_layers=2, num_heads=4,
     attention_types=[[["global", "local"], 1]], window_size=4, max_position_embeddings=64, use_cache=False)
tiny("gemma2", "Gemma2", "ForCausalLM", DECODER, text, head_dim=8, sliding_window=4, query_pre_attn_scalar=8)
tiny("gemma3", "Gemma3", "ForCausalLM", DECODER, text, config="Gemma3TextConfig", head_dim=8, sliding_window=4,
     layer_types=["sliding_attention", "full_attention"])
tiny("lfm2", "Lfm2", "ForCausalLM", DECODER, text, layer_types=["conv", "full_attention"], block_ff_dim=48)
tiny("mistral", "Mistral", "ForCausalLM", DECODER, text, sliding_window=4)
tiny("opt", "OPT", "ForCausalLM", TEXT, text, ffn_dim=37, word_embed_proj_dim=16, use_cache=False)
tiny("bloom", "Bloom", "ForCausalLM", {}, text, vocab_size=99, hidden_size=32, n_layer=2, n_head=4, use_cache=False)
tiny("falcon", "Falcon", "ForCausalLM", TEXT, only_ids, attn_implementation="eager", use_cache=False)
tiny("falcon-alibi", "Falcon", "ForCausalLM", TEXT, only_ids, attn_implementation="eager", alibi=True,
     new_decoder_architecture=False, multi_query=False, use_cache=False)
tiny("mpt", "Mpt", "ForCausalLM", {}, text, vocab_size=99, d_model=32, n_layers=2, n_heads=4, max_seq_len=64, use_cache=False)
tiny("xglm", "XGLM", "ForCausalLM", {}, text, vocab_size=99, d_model=32, ffn_dim=37, num_layers=2, attention_heads=4,
     max_position_embeddings=64, use_cache=False)
tiny("ctrl", "CTRL", "LMHeadModel", {}, text, vocab_size=99, n_embd=32, n_layer=2, n_head=4, dff=37, n_positions=64,
     use_cache=False)

tiny("gpt-oss", "GptOss", "ForCausalLM", DECODER | EXPERTS, text, head_dim=8, num_local_experts=3, sliding_window=4)
tiny("mixtral", "Mixtral", "ForCausalLM", DECODER | EXPERTS, text, num_local_experts=3)
tiny("qwen3-moe", "Qwen3Moe", "ForCausalLM", DECODER | EXPERTS, text, head_dim=8, num_experts=3, moe_intermediate_size=24)

tiny("mamba", "Mamba", "ForCausalLM", STATES, only_ids)
tiny("mamba2", "Mamba2", "ForCausalLM", STATES, only_ids, head_dim=8, num_heads=4, n_groups=1, chunk_size=4)
tiny("rwkv", "Rwkv", "ForCausalLM", {}, only_ids, vocab_size=99, hidden_size=16, num_hidden_layers=2, context_length=16,
     use_cache=False)
tiny("recurrent-gemma", "RecurrentGemma", "ForCausalLM", TEXT, text, num_hidden_layers=3, lru_width=32, attention_window_size=8,
     use_cache=False)
