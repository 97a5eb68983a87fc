export async function lifeTests() {}
