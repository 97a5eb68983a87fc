export async function quirkTests() {}
