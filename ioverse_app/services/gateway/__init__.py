"""What other programs ask in OpenAI's words: models, chat completions, responses, embeddings."""
