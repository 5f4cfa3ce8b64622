"""What is somebody, or a unit, to reach, and how far are they?

People and units agree on goals: measured by a KPI, by milestones or in words, with weights, under
a goal of the unit above. Figures come in through teams/measures; progress, check-ins and what
stands behind leave to pages, appraisals and the person's own story.
"""
