/** The container that KServe runs a model in (kserve/kserve @aaac4e2, pkg/constants/constants.go). */
export const kserveContainer = "kserve-container";

/** Where its storage initializer puts the model (the same file). */
export const kserveModelPath = "/mnt/models";
