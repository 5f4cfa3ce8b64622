"""What does a level expect of those who hold it?

HR keeps the levels in their order and the competencies; for each pair there is one written
expectation. Appraisals quote them, growth assesses people against them.
"""
