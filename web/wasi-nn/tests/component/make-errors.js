// 2024-06-25: guests make errors of their own.
export const makingErrors = {
  make({ code, data }) {
    const error = new errors.Error(code, data);
    return { code: error.code(), data: error.data() };
  },
};
