import type { Precision } from "./shape.ts";

/** https://developer.nvidia.com/cuda-gpus, by the name that EC2 gives the GPU. */
export const computeCapabilities: Readonly<Record<string, number | undefined>> = {
  "GRID K520": 3.0,
  K80: 3.7,
  M60: 5.2,
  V100: 7.0,
  T4: 7.5,
  T4g: 7.5,
  A100: 8.0,
  A10G: 8.6,
  L4: 8.9,
  L40S: 8.9,
  H100: 9.0,
  H200: 9.0,
  B200: 10.0,
  B300: 10.3,
  "RTX PRO 4500": 12.0,
  "RTX PRO Server 6000": 12.0,
};

/**
 * The least compute capability with which vLLM runs weights of a precision; other engines are taken to be alike. vLLM
 * itself: https://github.com/vllm-project/vllm/blob/v0.21.0/docs/getting_started/installation/gpu.cuda.inc.md; fp8, int8
 * and int4: https://docs.vllm.ai/en/v0.32.0/features/quantization/ and
 * .../llm_compressor/fp8/; mxfp4: https://github.com/vllm-project/recipes/blob/main/OpenAI/GPT-OSS.md; nvfp4,
 * weights alone before Blackwell: ModelOptNvFp4Config.get_min_capability of
 * https://github.com/vllm-project/vllm/blob/v0.27.1/vllm/model_executor/layers/quantization/modelopt.py.
 */
export const leastCapability: Readonly<Record<Precision, number>> = {
  bf16: 7.5,
  fp8: 7.5,
  int8: 7.5,
  int4: 7.5,
  mxfp4: 8.0,
  nvfp4: 7.5,
};

/** The least with bf16: GPUs before it have float16 alone, of the same size. */
export const firstBfloat16 = 8.0;
